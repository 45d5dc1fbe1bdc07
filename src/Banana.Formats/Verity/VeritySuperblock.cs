// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Buffers.Binary;
using System.Text;
using Banana.Formats.Storage;
using Banana.Foundation.Errors;

namespace Banana.Formats.Verity;

/// <summary>
/// The superblock of a dm-verity hash tree as veritysetup(8) writes it (cryptsetup, docs/on-disk verity format; kernel
/// Documentation/admin-guide/device-mapper/verity.rst). With the data, all of the tree follows from it.
/// </summary>
/// <param name="Uuid">The identifier.</param>
/// <param name="DataBlocks">How many blocks of data the tree covers.</param>
/// <param name="Salt">What every hash begins with, at most 256 bytes.</param>
public sealed record VeritySuperblock(Guid Uuid, long DataBlocks, ReadOnlyMemory<byte> Salt)
{
    /// <summary>The block size of data and tree in bytes: the only one that we make and read.</summary>
    public const int BlockSize = 4096;

    private const int Length = 512;
    private const int MaximumSalt = 256;

    private static ReadOnlySpan<byte> Signature => "verity\0\0"u8;

    /// <summary>The size of superblock and tree in bytes.</summary>
    public long TreeSize => (1 + VerityTree.LevelsFor(DataBlocks).Sum()) * BlockSize;

    /// <summary>Reads a superblock.</summary>
    /// <exception cref="BananaException">This is none, or one of another kind than SHA-256 with blocks of 4,096 bytes.</exception>
    public static VeritySuperblock Read(ByteSource tree)
    {
        Span<byte> raw = stackalloc byte[Length];
        tree.Read(0, raw);
        int saltSize = BinaryPrimitives.ReadUInt16LittleEndian(raw[80..]);
        var blocks = BinaryPrimitives.ReadInt64LittleEndian(raw[72..]);
        if (!raw.StartsWith(Signature) || BinaryPrimitives.ReadUInt32LittleEndian(raw[8..]) != 1 || BinaryPrimitives.ReadUInt32LittleEndian(raw[12..]) != 1
            || Encoding.ASCII.GetString(raw.Slice(32, 32)).TrimEnd('\0') != "sha256" || BinaryPrimitives.ReadInt32LittleEndian(raw[64..]) != BlockSize
            || BinaryPrimitives.ReadInt32LittleEndian(raw[68..]) != BlockSize || blocks <= 0 || blocks > long.MaxValue / BlockSize / 2 || saltSize > MaximumSalt)
        {
            throw new BananaException(ExitCode.BadInput, "this is no verity hash tree of SHA-256 with blocks of 4,096 bytes", tree.Name, "build or fetch it again");
        }

        return new(new Guid(raw.Slice(16, 16), bigEndian: true), blocks, raw.Slice(88, saltSize).ToArray());
    }

    /// <summary>The first block of a tree.</summary>
    public byte[] ToBlock()
    {
        var raw = new byte[BlockSize];
        Signature.CopyTo(raw);
        BinaryPrimitives.WriteUInt32LittleEndian(raw.AsSpan(8), 1);
        BinaryPrimitives.WriteUInt32LittleEndian(raw.AsSpan(12), 1);
        Uuid.TryWriteBytes(raw.AsSpan(16), bigEndian: true, out _);
        "sha256"u8.CopyTo(raw.AsSpan(32));
        BinaryPrimitives.WriteInt32LittleEndian(raw.AsSpan(64), BlockSize);
        BinaryPrimitives.WriteInt32LittleEndian(raw.AsSpan(68), BlockSize);
        BinaryPrimitives.WriteInt64LittleEndian(raw.AsSpan(72), DataBlocks);
        BinaryPrimitives.WriteUInt16LittleEndian(raw.AsSpan(80), (ushort)Salt.Length);
        Salt.Span.CopyTo(raw.AsSpan(88));
        return raw;
    }
}
