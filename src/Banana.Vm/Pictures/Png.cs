// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Buffers.Binary;
using System.IO.Compression;

namespace Banana.Vm.Pictures;

/// <summary>Writes pictures as PNG (RFC 2083): every viewer and browser shows it, and screens of text become small.</summary>
public static class Png
{
    private const byte TrueColor = 2;
    private const byte FilterUp = 2;

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a];

    /// <summary>The bytes of a PNG file.</summary>
    public static byte[] Encode(PixelMap picture)
    {
        using var file = new MemoryStream();
        file.Write(Signature);

        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, picture.Width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], picture.Height);
        header[8] = 8; // bits a sample
        header[9] = TrueColor;
        WriteChunk(file, "IHDR"u8, header);
        WriteChunk(file, "IDAT"u8, Compress(picture));
        WriteChunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    /// <summary>Rows as differences to the row above: most of a screen repeats it.</summary>
    private static ReadOnlySpan<byte> Compress(PixelMap picture)
    {
        var data = new MemoryStream();
        using (var zlib = new ZLibStream(data, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            var stride = picture.Width * 3;
            var pixels = picture.Pixels.Span;
            var above = new byte[stride].AsSpan();
            var row = new byte[stride + 1];
            row[0] = FilterUp;
            for (var y = 0; y < picture.Height; y++)
            {
                var current = pixels.Slice(y * stride, stride);
                for (var x = 0; x < stride; x++)
                {
                    row[x + 1] = (byte)(current[x] - above[x]);
                }

                zlib.Write(row);
                current.CopyTo(above);
            }
        }

        return data.GetBuffer().AsSpan(0, (int)data.Length);
    }

    private static void WriteChunk(Stream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(type);
        file.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~Crc(Crc(uint.MaxValue, type), data));
        file.Write(number);
    }

    /// <summary>CRC-32 as in ISO 3309, bit by bit: a screen is small enough.</summary>
    private static uint Crc(uint crc, ReadOnlySpan<byte> data)
    {
        foreach (var value in data)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xedb88320);
            }
        }

        return crc;
    }
}
