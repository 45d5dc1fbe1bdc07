// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Device.Disks;

namespace Banana.Tests.Guest;

/// <summary>Whether flushes are held back: until the boot entry has its name.</summary>
internal sealed class HeldFlushes
{
    public bool IsPublished { get; set; }
}

/// <summary>A boot partition whose syncs do nothing before the boot entry has its name.</summary>
internal sealed class HeldBootFiles(IBootFiles inner, HeldFlushes held) : IBootFiles
{
    public string Name => inner.Name;

    public long Free() => inner.Free();

    public IReadOnlyList<string> List(string folder) => inner.List(folder);

    public long? Length(string path) => inner.Length(path);

    public Stream Open(string path) => new Unflushed(inner.Open(path));

    public void Rename(string from, string to)
    {
        inner.Rename(from, to);
        held.IsPublished = true;
    }

    public void Delete(string path)
    {
        held.IsPublished = false;
        inner.Delete(path);
    }

    public void Sync()
    {
        if (held.IsPublished)
        {
            inner.Sync();
        }
    }

    private sealed class Unflushed(Stream inner) : Stream
    {
        public override bool CanRead => inner.CanRead;

        public override bool CanSeek => inner.CanSeek;

        public override bool CanWrite => inner.CanWrite;

        public override long Length => inner.Length;

        public override long Position { get => inner.Position; set => inner.Position = value; }

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

        public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

        public override void SetLength(long value) => inner.SetLength(value);

        public override void Flush()
        {
            // That is what is wrong with it.
        }

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }
}

/// <summary>A disk whose flushes do nothing before the boot entry has its name.</summary>
internal sealed class HeldDisk(BlockDisk inner, HeldFlushes held) : BlockDisk
{
    public override string Name => inner.Name;

    public override long Length => inner.Length;

    public override void Write(long offset, ReadOnlySpan<byte> bytes) => inner.Write(offset, bytes);

    public override void Flush()
    {
        if (held.IsPublished)
        {
            inner.Flush();
        }
    }

    protected override void ReadCore(long offset, Span<byte> buffer) => inner.Read(offset, buffer);
}

/// <summary>A boot partition that deletes entries only when the next file is opened: the slot has lost its label by then.</summary>
internal sealed class LateDeletion(IBootFiles inner) : IBootFiles
{
    private readonly List<string> late = [];

    public string Name => inner.Name;

    public long Free() => inner.Free();

    public IReadOnlyList<string> List(string folder) => inner.List(folder);

    public long? Length(string path) => inner.Length(path);

    public Stream Open(string path)
    {
        foreach (var file in late)
        {
            inner.Delete(file);
        }

        late.Clear();
        return inner.Open(path);
    }

    public void Rename(string from, string to) => inner.Rename(from, to);

    public void Delete(string path) => late.Add(path);

    public void Sync() => inner.Sync();
}

/// <summary>A boot partition that fails when the boot entry is to get its name.</summary>
internal sealed class BrokenOff(IBootFiles inner) : IBootFiles
{
    public string Name => inner.Name;

    public long Free() => inner.Free();

    public IReadOnlyList<string> List(string folder) => inner.List(folder);

    public long? Length(string path) => inner.Length(path);

    public Stream Open(string path) => inner.Open(path);

    public void Rename(string from, string to) => throw new IOException("broken off by the test");

    public void Delete(string path) => inner.Delete(path);

    public void Sync() => inner.Sync();
}
