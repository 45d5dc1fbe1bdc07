// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Buffers.Binary;
using Banana.Formats.Storage;
using Banana.Foundation.Errors;

namespace Banana.Formats.Patches;

/// <summary>What a patch says of itself.</summary>
/// <param name="OldSize">The size of the old image in bytes.</param>
/// <param name="OldDigest">The SHA-256 of the old image, 32 bytes.</param>
/// <param name="NewSize">The size of the new image in bytes.</param>
/// <param name="NewDigest">The SHA-256 of the new image, 32 bytes.</param>
/// <param name="Codecs">What clusters are compressed with.</param>
public sealed record PatchHeader(long OldSize, ReadOnlyMemory<byte> OldDigest, long NewSize, ReadOnlyMemory<byte> NewDigest, IReadOnlyList<ClusterCodec> Codecs)
{
    /// <summary>The length of the header in bytes.</summary>
    public int Length => PatchFormat.FixedHeaderLength + (Codecs.Count * PatchFormat.CodecLength);

    /// <summary>The bytes of the header.</summary>
    public byte[] ToBytes()
    {
        var raw = new byte[Length];
        PatchFormat.Magic.CopyTo(raw);
        BinaryPrimitives.WriteUInt16LittleEndian(raw.AsSpan(8), PatchFormat.Version);
        raw[10] = (byte)Codecs.Count;
        BinaryPrimitives.WriteInt64LittleEndian(raw.AsSpan(12), OldSize);
        BinaryPrimitives.WriteInt64LittleEndian(raw.AsSpan(20), NewSize);
        OldDigest.Span.CopyTo(raw.AsSpan(28));
        NewDigest.Span.CopyTo(raw.AsSpan(60));
        for (var i = 0; i < Codecs.Count; i++)
        {
            var at = raw.AsSpan(92 + (i * PatchFormat.CodecLength));
            at[0] = (byte)Codecs[i].Algorithm;
            at[1] = Codecs[i].Level;
            at[2] = Codecs[i].WindowLog;
            BinaryPrimitives.WriteUInt32LittleEndian(at[4..], Codecs[i].LibraryVersion);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(raw.AsSpan(raw.Length - 4), Checksum.Crc32C(raw.AsSpan(0, raw.Length - 4)));
        return raw;
    }

    /// <summary>Reads and checks a header.</summary>
    /// <param name="patch">The patch, at its beginning.</param>
    /// <param name="name">What errors call the patch.</param>
    /// <exception cref="BananaException">This is no patch, a damaged one, or one of a newer format.</exception>
    public static PatchHeader Read(Stream patch, string name)
    {
        Span<byte> raw = stackalloc byte[PatchFormat.FixedHeaderLength + (PatchFormat.MaximumCodecs * PatchFormat.CodecLength)];
        var start = raw[..12];
        if (patch.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) < start.Length || !start.StartsWith(PatchFormat.Magic))
        {
            throw new BananaException(ExitCode.BadInput, "this is no patch: its magic number is missing", name);
        }

        var version = BinaryPrimitives.ReadUInt16LittleEndian(start[8..]);
        if (version > PatchFormat.Version)
        {
            throw new BananaException(ExitCode.NewerFormat, $"the patch has format {version}, and this banana knows {PatchFormat.Version}", name, "update banana and try again");
        }

        int count = start[10];
        if (version == 0 || count > PatchFormat.MaximumCodecs || start[11] != 0)
        {
            throw PatchErrors.Corrupt(name, "its header");
        }

        raw = raw[..(PatchFormat.FixedHeaderLength + (count * PatchFormat.CodecLength))];
        if (patch.ReadAtLeast(raw[12..], raw.Length - 12, throwOnEndOfStream: false) < raw.Length - 12
            || BinaryPrimitives.ReadUInt32LittleEndian(raw[^4..]) != Checksum.Crc32C(raw[..^4]))
        {
            throw PatchErrors.Corrupt(name, "its header");
        }

        var codecs = new ClusterCodec[count];
        for (var i = 0; i < count; i++)
        {
            var at = raw[(92 + (i * PatchFormat.CodecLength))..];
            codecs[i] = new((ClusterAlgorithm)at[0], at[1], at[2], BinaryPrimitives.ReadUInt32LittleEndian(at[4..]));
            if (codecs[i].Algorithm is not (ClusterAlgorithm.Lz4 or ClusterAlgorithm.Zstd) || codecs[i].Level > 22 || codecs[i].WindowLog is > 0 and < 10 || codecs[i].WindowLog > (codecs[i].Algorithm == ClusterAlgorithm.Zstd ? 27 : 20) || at[3] != 0)
            {
                throw PatchErrors.Corrupt(name, "its list of compressors");
            }
        }

        var header = new PatchHeader(
            BinaryPrimitives.ReadInt64LittleEndian(raw[12..]), raw[28..60].ToArray(),
            BinaryPrimitives.ReadInt64LittleEndian(raw[20..]), raw[60..92].ToArray(), codecs);
        return IsImageSize(header.OldSize) && IsImageSize(header.NewSize) ? header : throw PatchErrors.Corrupt(name, "the size of its images");
    }

    private static bool IsImageSize(long size) => size is >= 0 and <= PatchFormat.MaximumImage && size % PatchFormat.BlockSize == 0;
}
