// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Buffers.Binary;
using System.IO.Compression;
using Banana.Foundation.Errors;

namespace Banana.Vm.Pictures;

/// <summary>Reads PNG (RFC 2083) of 8-bit red, green and blue, with or without alpha, as <see cref="Png"/> and picture editors write them.</summary>
public static class PngReader
{
    private const int HeaderLength = 8;
    private const int MostPixels = 100_000_000;
    private const byte TrueColor = 2;
    private const byte TrueColorAlpha = 6;

    /// <summary>Reads a picture; transparency is dropped.</summary>
    /// <param name="file">The bytes of the file.</param>
    /// <param name="where">Its name, for errors.</param>
    /// <exception cref="BananaException">It is not such a picture, or it is damaged.</exception>
    public static PixelMap Read(ReadOnlySpan<byte> file, string where)
    {
        using MemoryStream data = new();
        ReadOnlySpan<byte> header = [];
        for (var rest = file.Length > HeaderLength && file[1..4].SequenceEqual("PNG"u8) ? file[HeaderLength..] : throw Not(where); rest.Length >= 12;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(rest);
            if (length < 0 || length > rest.Length - 12)
            {
                throw Not(where);
            }

            var type = rest[4..8];
            var content = rest.Slice(8, length);
            if (type.SequenceEqual("IHDR"u8))
            {
                header = content;
            }
            else if (type.SequenceEqual("IDAT"u8))
            {
                data.Write(content);
            }

            rest = rest[(length + 12)..];
        }

        return header.Length == 13 && header[8] == 8 && header[9] is TrueColor or TrueColorAlpha && header[12] == 0
            ? Unpack(data, BinaryPrimitives.ReadInt32BigEndian(header), BinaryPrimitives.ReadInt32BigEndian(header[4..]), header[9] == TrueColor ? 3 : 4, where)
            : throw Not(where);
    }

    private static PixelMap Unpack(MemoryStream data, int width, int height, int samples, string where)
    {
        if (width <= 0 || height <= 0 || (long)width * height > MostPixels)
        {
            throw Not(where);
        }

        data.Position = 0;
        using var zlib = new ZLibStream(data, CompressionMode.Decompress);
        var (above, row) = (new byte[width * samples], new byte[width * samples]);
        var pixels = new byte[width * height * 3];
        try
        {
            for (var y = 0; y < height; y++)
            {
                var filter = zlib.ReadByte();
                zlib.ReadExactly(row);
                Undo(filter, row, above, samples, where);
                for (var x = 0; x < width; x++)
                {
                    row.AsSpan(x * samples, 3).CopyTo(pixels.AsSpan(((y * width) + x) * 3));
                }

                (above, row) = (row, above);
            }
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException)
        {
            throw Not(where);
        }

        return new PixelMap(width, height, pixels);
    }

    private static void Undo(int filter, Span<byte> row, ReadOnlySpan<byte> above, int samples, string where)
    {
        for (var x = 0; x < row.Length; x++)
        {
            var left = x >= samples ? row[x - samples] : 0;
            var corner = x >= samples ? above[x - samples] : 0;
            row[x] += (byte)(filter switch
            {
                0 => 0,
                1 => left,
                2 => above[x],
                3 => (left + above[x]) / 2,
                4 => Paeth(left, above[x], corner),
                _ => throw Not(where),
            });
        }
    }

    private static int Paeth(int left, int above, int corner)
    {
        var guess = left + above - corner;
        var (toLeft, toAbove, toCorner) = (Math.Abs(guess - left), Math.Abs(guess - above), Math.Abs(guess - corner));
        return toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner;
    }

    private static BananaException Not(string where) => new(ExitCode.BadInput, "not a whole PNG picture of 8 bits a colour", where, "save it as PNG without a palette and without interlacing");
}
