// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Device.Disks;
using Banana.Device.Inspection;
using Banana.Formats.Boot;
using Banana.Formats.Fat;
using Banana.Formats.Storage;
using Banana.Foundation.Errors;

namespace Banana.Tests.Vm.CrashStates;

/// <summary>A disk that is another one, and what was written since in memory.</summary>
internal sealed class OverlayDisk(ByteSource below) : BlockDisk
{
    private const int Sector = 512;
    private readonly Dictionary<long, byte[]> written = [];
    private readonly Lock turn = new();

    public override string Name => below.Name;

    public override long Length => below.Length;

    public override void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        lock (turn)
        {
            while (!bytes.IsEmpty)
            {
                var (sector, into) = Math.DivRem(offset, Sector);
                if (!written.TryGetValue(sector, out var content))
                {
                    below.Read(sector * Sector, content = written[sector] = new byte[Sector]);
                }

                var count = Math.Min(bytes.Length, Sector - (int)into);
                bytes[..count].CopyTo(content.AsSpan((int)into));
                offset += count;
                bytes = bytes[count..];
            }
        }
    }

    public override void Flush()
    {
        // It lasts as long as the test.
    }

    protected override void ReadCore(long offset, Span<byte> buffer)
    {
        lock (turn)
        {
            below.Read(offset, buffer);
            for (var sector = offset / Sector; sector * Sector < offset + buffer.Length; sector++)
            {
                if (written.TryGetValue(sector, out var content))
                {
                    var into = (int)((sector * Sector) - offset);
                    var skipped = Math.Max(0, -into);
                    content.AsSpan(skipped, Math.Min(Sector, buffer.Length - into) - skipped).CopyTo(buffer[Math.Max(0, into)..]);
                }
            }
        }
    }
}

/// <summary>Files as they are on a volume, and as they are changed in memory.</summary>
internal sealed class SnapshotBootFiles : IBootFiles
{
    private readonly SortedDictionary<string, byte[]?> files = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, FatEntry> stored = new(StringComparer.OrdinalIgnoreCase);
    private readonly FatVolume esp;

    public SnapshotBootFiles(FatVolume esp)
    {
        this.esp = esp;
        foreach (var entry in new[] { esp.Root, esp.Find(BootEntryName.Folder) }.OfType<FatEntry>().SelectMany(esp.List).Where(entry => !entry.IsFolder))
        {
            files[entry.Path] = null;
            stored[entry.Path] = entry;
        }
    }

    public string Name => "esp";

    public long Free() => esp.Free();

    public IReadOnlyList<string> List(string folder) =>
        [.. files.Keys.Where(path => string.Equals(Path.GetDirectoryName(path) ?? string.Empty, folder, StringComparison.OrdinalIgnoreCase)).Select(path => Path.GetFileName(path))];

    public long? Length(string path) => files.TryGetValue(path, out var content) ? content?.Length ?? stored[path].Size : null;

    public Stream Open(string path) => new Opened(this, path, files.ContainsKey(path) ? Content(path) : []);

    public void Rename(string from, string to)
    {
        files[to] = Content(from);
        files.Remove(from);
    }

    public void Delete(string path) => files.Remove(path);

    public void Sync()
    {
        // It lasts as long as the test.
    }

    /// <summary>What a file holds.</summary>
    public byte[] Content(string path)
    {
        if (files[path] is { } changed)
        {
            return changed;
        }

        try
        {
            using var file = esp.Open(stored[path]);
            var content = new byte[file.Length];
            file.Read(0, content);
            return content;
        }
        catch (BananaException error)
        {
            // As the kernel says of a chain that is damaged.
            throw new IOException(error.Message, error);
        }
    }

    private sealed class Opened : MemoryStream
    {
        private readonly SnapshotBootFiles files;
        private readonly string path;

        public Opened(SnapshotBootFiles files, string path, byte[] content)
        {
            (this.files, this.path) = (files, path);
            Write(content);
            Position = 0;
            Store();
        }

        public override void Flush() => Store();

        protected override void Dispose(bool disposing)
        {
            Store();
            base.Dispose(disposing);
        }

        private void Store() => files.files[path] = ToArray();
    }
}

/// <summary>A disk with another file system in the place of one partition.</summary>
/// <param name="whole">The disk.</param>
/// <param name="stamps">Its stamps.</param>
/// <param name="offset">Where the partition begins.</param>
/// <param name="partition">The other one.</param>
internal sealed class SplicedDisk(ByteSource whole, IContentStamps stamps, long offset, ByteSource partition) : ByteSource, IContentStamps
{
    private readonly UInt128 salt = new((ulong)Random.Shared.NextInt64(), (ulong)Random.Shared.NextInt64());

    public override string Name => whole.Name;

    public override long Length => whole.Length;

    // What lies in the other partition is like nothing that was seen before.
    public UInt128 Of(IReadOnlyList<FatExtent> pieces) =>
        pieces.All(piece => piece.Offset + piece.Length <= offset || piece.Offset >= offset + partition.Length)
            ? stamps.Of(pieces)
            : pieces.Aggregate(salt, (stamp, piece) => (stamp * 31) + (UInt128)((piece.Offset * 8191) + piece.Length));

    protected override void ReadCore(long at, Span<byte> buffer)
    {
        whole.Read(at, buffer);
        var (from, to) = (Math.Max(at, offset), Math.Min(at + buffer.Length, offset + partition.Length));
        if (from < to)
        {
            partition.Read(from - offset, buffer.Slice((int)(from - at), (int)(to - from)));
        }
    }
}
