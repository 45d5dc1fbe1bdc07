// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Storage;
using Banana.Foundation.Files;
using Microsoft.Win32.SafeHandles;

namespace Banana.Device.Disks;

/// <summary>
/// The disk that holds the slots, to be read and written at any place. With <see cref="IBootFiles"/> it is the one seam between an update and
/// the machine: what a test does not let through here does not happen.
/// </summary>
public abstract class BlockDisk : ByteSource
{
    /// <summary>Opens a block device or a disk image.</summary>
    /// <param name="path">The device.</param>
    /// <exception cref="IOException">It cannot be opened for writing.</exception>
    public static BlockDisk OpenDevice(string path) => new DeviceDisk(path, File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite));

    /// <summary>Writes bytes at a place of the disk.</summary>
    /// <exception cref="IOException">They cannot be written, or do not lie within the disk.</exception>
    public abstract void Write(long offset, ReadOnlySpan<byte> bytes);

    /// <summary>Makes all that was written durable. What is read afterwards comes from the disk, not from the memory of the kernel.</summary>
    public abstract void Flush();

    private sealed class DeviceDisk(string path, SafeFileHandle handle) : BlockDisk
    {
        public override string Name => path;

        public override long Length { get; } = UnixFile.LengthOf(handle, path);

        public override void Write(long offset, ReadOnlySpan<byte> bytes)
        {
            if (offset < 0 || offset > Length - bytes.Length)
            {
                throw new IOException($"{path}: {bytes.Length} bytes at {offset} do not lie within its {Length}");
            }

            RandomAccess.Write(handle, bytes, offset);
        }

        public override void Flush()
        {
            RandomAccess.FlushToDisk(handle);
            UnixFile.ForgetCached(handle);
        }

        protected override void ReadCore(long offset, Span<byte> buffer)
        {
            while (!buffer.IsEmpty)
            {
                var count = RandomAccess.Read(handle, buffer, offset);
                if (count <= 0)
                {
                    throw new IOException($"{path}: nothing could be read at {offset}");
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
}
