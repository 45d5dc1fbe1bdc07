// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Buffers.Binary;
using Banana.Formats.Storage;

namespace Banana.Formats.Erofs.Data;

/// <summary>Reads small pieces of metadata near each other with few system calls. Belongs to one reader; not for several threads.</summary>
/// <param name="source">Where the metadata is.</param>
internal sealed class MetadataBuffer(ByteSource source)
{
    private const int Size = 4096;
    private readonly byte[] bytes = new byte[Size];
    private long start = -1;
    private int length;

    /// <summary>Bytes at an offset, valid until the next call. At most 64.</summary>
    public ReadOnlySpan<byte> Get(long offset, int count)
    {
        if (start < 0 || offset < start || offset + count > start + length)
        {
            // A buffer's worth from here on, or less at the end; what does not exist at all is refused by the source.
            length = (int)Math.Clamp(source.Length - offset, count, Size);
            start = -1;
            source.Read(offset, bytes.AsSpan(0, length));
            start = offset;
        }

        return bytes.AsSpan((int)(offset - start), count);
    }

    public ushort UInt16(long offset) => BinaryPrimitives.ReadUInt16LittleEndian(Get(offset, 2));

    public uint UInt32(long offset) => BinaryPrimitives.ReadUInt32LittleEndian(Get(offset, 4));

    public ulong UInt64(long offset) => BinaryPrimitives.ReadUInt64LittleEndian(Get(offset, 8));
}
