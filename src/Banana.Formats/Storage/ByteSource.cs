// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Errors;
using Banana.Foundation.Files;
using Microsoft.Win32.SafeHandles;

namespace Banana.Formats.Storage;

/// <summary>Bytes that can be read at any offset, from several threads at once: a file, a piece of one (a partition in a disk image), or memory.</summary>
public abstract class ByteSource : IDisposable
{
    /// <summary>What errors call it: a path, with the piece when it is one.</summary>
    public abstract string Name { get; }

    /// <summary>The length in bytes.</summary>
    public abstract long Length { get; }

    /// <summary>Opens a file or a block device. The handle is closed with the source.</summary>
    /// <exception cref="BananaException">There is no such file, or it is a directory.</exception>
    public static ByteSource OpenFile(string path)
    {
        path = Path.GetFullPath(path);
        if (!File.Exists(path))
        {
            throw new BananaException(ExitCode.BadInput, Directory.Exists(path) ? "this is a directory, not a file" : "there is no such file", path);
        }

        return new FileSource(path, File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
    }

    /// <summary>Bytes in memory.</summary>
    public static ByteSource FromMemory(ReadOnlyMemory<byte> bytes, string name) => new MemorySource(bytes, name);

    /// <summary>A piece of this source. It lives as long as this one does, and closes nothing.</summary>
    /// <param name="offset">Where it begins, in bytes.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="what">What the piece is ("the partition usr"), for errors.</param>
    /// <exception cref="BananaException">The piece does not lie within this source.</exception>
    public ByteSource Window(long offset, long length, string what)
    {
        if (offset < 0 || length < 0 || offset > Length - length)
        {
            throw Truncated($"{what} ({length} bytes at {offset})");
        }

        return new WindowSource(this, offset, length, $"{Name} ({what})");
    }

    /// <summary>Fills a buffer from an offset.</summary>
    /// <exception cref="BananaException">The source ends before the buffer is full.</exception>
    public void Read(long offset, Span<byte> buffer)
    {
        if (offset < 0 || offset > Length - buffer.Length)
        {
            throw Truncated($"{buffer.Length} bytes at {offset}");
        }

        if (!buffer.IsEmpty)
        {
            ReadCore(offset, buffer);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Fills a buffer; the range was checked.</summary>
    protected abstract void ReadCore(long offset, Span<byte> buffer);

    /// <summary>Closes what the source holds.</summary>
    protected virtual void Dispose(bool disposing)
    {
        // Most sources hold nothing.
    }

    private BananaException Truncated(string what) =>
        new(ExitCode.BadInput, $"the file is truncated or corrupt: it should hold {what}, but ends at {Length}", Name, "build or fetch it again");

    private sealed class FileSource(string path, SafeFileHandle handle) : ByteSource
    {
        public override string Name => path;

        public override long Length { get; } = UnixFile.LengthOf(handle, path);

        protected override void ReadCore(long offset, Span<byte> buffer)
        {
            while (!buffer.IsEmpty)
            {
                var count = RandomAccess.Read(handle, buffer, offset);
                if (count <= 0)
                {
                    // Someone cut the file while we read it.
                    throw Truncated($"{buffer.Length} more bytes at {offset}");
                }

                buffer = buffer[count..];
                offset += count;
            }
        }

        protected override void Dispose(bool disposing)
        {
            handle.Dispose();
            base.Dispose(disposing);
        }
    }

    private sealed class MemorySource(ReadOnlyMemory<byte> bytes, string name) : ByteSource
    {
        public override string Name => name;

        public override long Length => bytes.Length;

        protected override void ReadCore(long offset, Span<byte> buffer) => bytes.Span.Slice((int)offset, buffer.Length).CopyTo(buffer);
    }

    private sealed class WindowSource(ByteSource whole, long start, long length, string name) : ByteSource
    {
        public override string Name => name;

        public override long Length => length;

        protected override void ReadCore(long offset, Span<byte> buffer) => whole.Read(start + offset, buffer);
    }
}
