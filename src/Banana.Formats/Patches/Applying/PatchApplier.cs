// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Compression;
using Banana.Formats.Storage;
using Banana.Foundation.Errors;

namespace Banana.Formats.Patches.Applying;

/// <summary>
/// Makes the new image out of the old one and a patch, in one pass from its first block to its last. Memory: at most
/// <see cref="PatchFormat.MaximumPrefix"/> and <see cref="PatchFormat.MaximumContent"/>, whatever the images' size.
/// Every length and place of the patch is checked; whether the result is right, only its digest says (<see cref="ImageVerifier"/>).
/// </summary>
public sealed class PatchApplier : IDisposable
{
    // As PatchMaker has it: 2^26 bytes hold a prefix and the contents of a group.
    private const int LargestWindowLog = 27;
    private const int PieceBlocks = (1 << 20) / PatchFormat.BlockSize;
    private readonly ByteSource old;
    private readonly Stream patch;
    private readonly string name;
    private readonly PatchPrefix prefix;
    private readonly ZstdDecompressor zstd = new(ZstdLibrary.System, LargestWindowLog);
    private readonly ClusterCompressor?[] compressors;
    private readonly ClusterLibraries libraries;
    private readonly ScratchBuffer contents = new(PatchFormat.MaximumContent);
    private readonly byte[] framePiece = new byte[1 << 16];
    private readonly ScratchBuffer pieces = new(PatchFormat.MaximumClusterBlocks * PatchFormat.BlockSize);
    private long written;

    /// <summary>Begins, or goes on where an earlier run ended.</summary>
    /// <param name="old">The old image; may be longer (a partition). It stays open.</param>
    /// <param name="header">The header of the patch.</param>
    /// <param name="patch">What follows the header, or the group to go on with; read once, need not be seekable. It stays open.</param>
    /// <param name="name">What errors call the patch.</param>
    /// <param name="libraries">The compressors of this machine.</param>
    /// <param name="done">How many bytes of the new image are there already: those of all groups before.</param>
    /// <exception cref="BananaException">This machine has not what the patch needs (<see cref="ExitCode.MissingTool"/>), or the patch is for another image: another source has to be used.</exception>
    public PatchApplier(ByteSource old, PatchHeader header, Stream patch, string name, ClusterLibraries libraries, long done = 0)
    {
        this.old = old;
        this.patch = patch;
        this.name = name;
        this.libraries = libraries;
        written = done >= 0 && done <= header.NewSize && done % PatchFormat.BlockSize == 0 ? done : throw new ArgumentOutOfRangeException(nameof(done));
        Header = header;
        if (Header.OldSize > old.Length)
        {
            throw new BananaException(ExitCode.BadInput, $"the patch is for an image of {Header.OldSize} bytes, but this one has {old.Length}", old.Name, "use the patch for the installed release");
        }

        foreach (var codec in Header.Codecs)
        {
            if (libraries.VersionOf(codec.Algorithm) != codec.LibraryVersion)
            {
                throw new BananaException(
                    ExitCode.MissingTool, $"the patch needs {codec.Algorithm} {codec.LibraryVersion}, and this machine has {libraries.VersionOf(codec.Algorithm)?.ToString() ?? "none"}", name, "fetch the release in another way");
            }
        }

        prefix = new PatchPrefix(old);
        compressors = new ClusterCompressor?[Header.Codecs.Count];
    }

    /// <summary>What the patch says of itself.</summary>
    public PatchHeader Header { get; }

    /// <summary>How many bytes of the new image are done.</summary>
    public long Written => written;

    /// <summary>Does one group.</summary>
    /// <param name="output">Where the next bytes of the new image go.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>False when the patch is at its end and the image complete.</returns>
    public bool ApplyNext(Stream output, CancellationToken cancellation)
    {
        if (PatchGroup.Read(patch, name) is not { } group)
        {
            return written == Header.NewSize ? false : throw PatchErrors.Corrupt(name, "its end");
        }

        var content = contents.Take(group.ContentLength);
        Decode(group, content, prefix.Read(group.References, cancellation));
        var cursor = new PatchCursor(content, name);
        var instructions = new PatchCursor(cursor.Take((int)cursor.Number(PatchFormat.MaximumContent, "a group"), "a group"), name);
        Follow(ref instructions, ref cursor, output, cancellation);
        return true;
    }

    /// <summary>Does all groups.</summary>
    public void Apply(Stream output, CancellationToken cancellation)
    {
        while (ApplyNext(output, cancellation))
        {
            // One after the other.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        prefix.Dispose();
        zstd.Dispose();
        foreach (var compressor in compressors)
        {
            compressor?.Dispose();
        }

        contents.Dispose();
        pieces.Dispose();
    }

    private void Decode(PatchGroup group, Span<byte> content, ReadOnlySpan<byte> known)
    {
        try
        {
            if (zstd.TryDecompress(patch, group.FrameLength, framePiece, content, known) == group.ContentLength)
            {
                return;
            }
        }
        catch (EndOfStreamException)
        {
            throw PatchErrors.Corrupt(name, "its length");
        }

        throw new BananaException(ExitCode.BadInput, "the contents of a group do not decode: the patch is corrupt, or the old image is not the one that it is for", name, "fetch the release in another way");
    }

    private void Follow(ref PatchCursor instructions, ref PatchCursor data, Stream output, CancellationToken cancellation)
    {
        var oldBlock = 0L;
        while (!instructions.AtEnd)
        {
            cancellation.ThrowIfCancellationRequested();
            var word = instructions.Number(((Header.NewSize - written) / PatchFormat.BlockSize << 2) | 3, "an instruction");
            var blocks = word >> 2;
            switch ((PatchInstruction)(word & 3))
            {
                case PatchInstruction.Copy:
                    oldBlock += instructions.SignedNumber(Header.OldSize / PatchFormat.BlockSize, "the place of a copy");
                    if (oldBlock < 0 || oldBlock > (Header.OldSize / PatchFormat.BlockSize) - blocks)
                    {
                        throw PatchErrors.Corrupt(name, "the place of a copy");
                    }

                    Copy(oldBlock, blocks, output, cancellation);
                    oldBlock += blocks;
                    break;
                case PatchInstruction.Literal:
                    output.Write(data.Take(checked((int)Math.Min(blocks * PatchFormat.BlockSize, int.MaxValue)), "the length of a literal"));
                    break;
                case PatchInstruction.Zero:
                    Zero(blocks, output, cancellation);
                    break;
                default:
                    Cluster((int)Math.Min(blocks, int.MaxValue), ref instructions, ref data, output);
                    break;
            }

            written += blocks * PatchFormat.BlockSize;
        }

        if (!data.AtEnd)
        {
            throw PatchErrors.Corrupt(name, "the length of a group");
        }
    }

    private void Copy(long block, long count, Stream output, CancellationToken cancellation)
    {
        for (var end = block + count; block < end;)
        {
            cancellation.ThrowIfCancellationRequested();
            var some = (int)Math.Min(PieceBlocks, end - block);
            var bytes = pieces.Take(some * PatchFormat.BlockSize);
            old.Read(block * PatchFormat.BlockSize, bytes);
            output.Write(bytes);
            block += some;
        }
    }

    private void Zero(long count, Stream output, CancellationToken cancellation)
    {
        var zeros = pieces.Take((int)Math.Min(PieceBlocks, count) * PatchFormat.BlockSize);
        zeros.Clear();
        for (; count > 0; count -= PieceBlocks)
        {
            cancellation.ThrowIfCancellationRequested();
            output.Write(zeros[..((int)Math.Min(PieceBlocks, count) * PatchFormat.BlockSize)]);
        }
    }

    private void Cluster(int blocks, ref PatchCursor instructions, ref PatchCursor data, Stream output)
    {
        var codec = instructions.Number(Header.Codecs.Count - 1L, "the compressor of a cluster");
        var length = (int)instructions.Number(PatchFormat.MaximumContent, "the length of a cluster");
        if (blocks is 0 or > PatchFormat.MaximumClusterBlocks)
        {
            throw PatchErrors.Corrupt(name, "the size of a cluster");
        }

        var cluster = pieces.Take(blocks * PatchFormat.BlockSize);
        var compressor = compressors[codec] ??= new ClusterCompressor(Header.Codecs[(int)codec], libraries);
        if (!compressor.TryFill(data.Take(length, "the contents of a cluster"), cluster))
        {
            throw PatchErrors.Corrupt(name, "the contents of a cluster");
        }

        output.Write(cluster);
    }
}
