// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Erofs.Data;
using Banana.Formats.Storage;
using Banana.Foundation.Errors;

namespace Banana.Formats.Erofs;

/// <summary>
/// Reads an erofs image without mounting it. Everything that comes from the image is checked: a damaged image gives a
/// <see cref="BananaException"/> that names it, never a crash, a hang or memory without bounds. Instances may be used from several threads.
/// </summary>
/// <remarks>
/// Reads what mkfs.erofs 1.9 makes: all layouts, lz4, zstd and deflate, packed tails and fragments, the metadata zone and the metabox.
/// Refused by name: LZMA, and data on further devices.
/// </remarks>
public sealed class ErofsImage : IDisposable
{
    private readonly Lock gate = new();
    private readonly ByteSource? metabox;
    private readonly Lazy<IReadOnlyList<ErofsXattrs.Prefix>> prefixes;
    private ErofsDataReader? packed;

    private ErofsImage(ByteSource source)
    {
        Source = source;
        Superblock = ErofsSuperblock.Read(source);
        if (Superblock.Has(RequiredFeatures.Metabox))
        {
            metabox = new InodeSource(this, ReadSpecialFile(Superblock.MetaboxNid));
        }

        prefixes = new(() => ErofsXattrs.ReadPrefixes(this));
        Root = ReadInode(Superblock.RootNid);
        if (Root.Type != ErofsFileType.Directory)
        {
            throw Corrupt("its root is no directory");
        }
    }

    /// <summary>What errors call the image.</summary>
    public string Name => Source.Name;

    /// <summary>The superblock.</summary>
    public ErofsSuperblock Superblock { get; }

    /// <summary>The root directory.</summary>
    public ErofsInode Root { get; }

    /// <summary>The bytes of the image.</summary>
    internal ByteSource Source { get; }

    /// <summary>The prefixes that names of attributes may be shortened by.</summary>
    internal IReadOnlyList<ErofsXattrs.Prefix> XattrPrefixes => prefixes.Value;

    /// <summary>Opens an image. The source is closed with it, and when it cannot be opened.</summary>
    /// <exception cref="BananaException">This is no erofs image, a damaged one, or one that needs features that are not known.</exception>
    public static ErofsImage Open(ByteSource source)
    {
        try
        {
            return new ErofsImage(source);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>Opens an image file.</summary>
    public static ErofsImage Open(string path) => Open(ByteSource.OpenFile(path));

    /// <summary>Reads an inode by its number.</summary>
    public ErofsInode ReadInode(ulong nid) => ErofsInode.Read(this, nid);

    /// <summary>Lists a directory in the order of its names (by bytes), without "." and "..".</summary>
    public IEnumerable<ErofsDirectoryEntry> ReadDirectory(ErofsInode directory) => ErofsDirectory.Enumerate(this, directory);

    /// <summary>Finds a file by its path from the root, or returns null. Symbolic links are not followed.</summary>
    /// <param name="path">Names with '/' between them; a leading '/' is allowed. As <see cref="ErofsName"/> writes names.</param>
    public ErofsInode? Find(string path)
    {
        var inode = Root;
        foreach (var name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (inode.Type != ErofsFileType.Directory || ErofsDirectory.Find(this, inode, ErofsName.Encode(name)) is not { } entry)
            {
                return null;
            }

            inode = ReadInode(entry.Nid);
        }

        return inode;
    }

    /// <summary>All files with their paths from the root (no leading '/'), directories before what is in them, in the order of names. The root itself has the path "".</summary>
    public IEnumerable<ErofsFile> Walk(CancellationToken cancellation = default)
    {
        // A directory has one name only; a second one would make the tree endless.
        HashSet<ulong> seen = [Root.Nid];
        var open = new Stack<(string Path, IEnumerator<ErofsDirectoryEntry> Entries)>();
        yield return new(string.Empty, Root);
        open.Push((string.Empty, ReadDirectory(Root).GetEnumerator()));
        while (open.TryPeek(out var top))
        {
            cancellation.ThrowIfCancellationRequested();
            if (!top.Entries.MoveNext())
            {
                top.Entries.Dispose();
                open.Pop();
                continue;
            }

            var entry = top.Entries.Current;
            var path = top.Path.Length == 0 ? entry.Name : $"{top.Path}/{entry.Name}";
            if (path.Length >= ErofsFormat.MaximumPath)
            {
                throw Corrupt($"a path is longer than Linux allows: {path.AsSpan(0, 80)}…");
            }

            var inode = ReadInode(entry.Nid);
            if (inode.Type == ErofsFileType.Directory && !seen.Add(inode.Nid))
            {
                throw Corrupt($"the directory '{path}' has a second name, so the tree would be endless");
            }

            yield return new(path, inode);
            if (inode.Type == ErofsFileType.Directory)
            {
                open.Push((path, ReadDirectory(inode).GetEnumerator()));
            }
        }
    }

    /// <summary>The target of a symbolic link.</summary>
    public string ReadLink(ErofsInode link)
    {
        if (link.Type != ErofsFileType.SymbolicLink)
        {
            throw new ArgumentException("not a symbolic link", nameof(link));
        }

        return ErofsName.Decode(ReadAll(link, ErofsFormat.MaximumPath));
    }

    /// <summary>The extended attributes of a file, sorted by name.</summary>
    public IReadOnlyList<ErofsXattr> ReadXattrs(ErofsInode inode) => ErofsXattrs.Read(this, inode);

    /// <summary>Opens the contents of a file for reading and seeking. Memory: one cluster, at most 13 MiB.</summary>
    public Stream OpenRead(ErofsInode file) => new ErofsStream(new ErofsDataReader(this, file));

    /// <summary>Hands the contents of a file to a sink, piece by piece. Memory: one cluster, at most 13 MiB.</summary>
    public void CopyTo(ErofsInode file, Action<ReadOnlySpan<byte>> sink, CancellationToken cancellation = default)
    {
        using var reader = new ErofsDataReader(this, file);
        reader.CopyTo(sink, cancellation);
    }

    /// <summary>The whole contents of a small file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="limit">The largest size in bytes that is accepted.</param>
    /// <exception cref="BananaException">The file is larger than the limit.</exception>
    public byte[] ReadAll(ErofsInode file, int limit)
    {
        if (file.Size > limit)
        {
            throw Corrupt($"inode {file.Nid} has {file.Size} bytes where at most {limit} are expected");
        }

        using var reader = new ErofsDataReader(this, file);
        var content = new byte[file.Size];
        reader.Read(0, content);
        return content;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            packed?.Dispose();
            packed = null;
        }

        metabox?.Dispose();
        Source.Dispose();
    }

    /// <summary>Where metadata is read from.</summary>
    internal ByteSource MetadataOf(bool inMetabox) => !inMetabox ? Source : metabox ?? throw Corrupt("an inode lies in a metabox that the image does not have");

    /// <summary>A file without a name, in which the format keeps parts of others.</summary>
    internal ErofsInode ReadSpecialFile(ulong nid) =>
        ReadInode(nid) is { Type: ErofsFileType.Regular } inode ? inode : throw Corrupt($"inode {nid} should be a regular file");

    /// <summary>Reads from the packed file, which holds the fragments of others.</summary>
    internal void ReadPacked(ErofsInode reader, long offset, Span<byte> buffer)
    {
        if (!Superblock.Has(RequiredFeatures.FragmentsOrDedupe) || Superblock.PackedNid == 0 || reader.Nid == Superblock.PackedNid)
        {
            throw Corrupt($"inode {reader.Nid} refers to a packed file that cannot be");
        }

        lock (gate)
        {
            packed ??= new ErofsDataReader(this, ReadSpecialFile(Superblock.PackedNid));
            packed.Read(offset, buffer);
        }
    }

    /// <summary>The error for what cannot be right.</summary>
    internal BananaException Corrupt(string what) => new(ExitCode.BadInput, $"the erofs image is corrupt: {what}", Name, "build or fetch it again");
}

/// <summary>A file of an image with one of its names.</summary>
/// <param name="Path">The path from the root, without a leading '/'.</param>
/// <param name="Inode">The file.</param>
public sealed record ErofsFile(string Path, ErofsInode Inode);
