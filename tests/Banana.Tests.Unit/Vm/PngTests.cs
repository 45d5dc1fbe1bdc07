// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Banana.Foundation.Errors;
using Banana.Vm.Pictures;

namespace Banana.Tests.Unit.Vm;

public sealed class PngTests
{
    [Fact]
    public void A_screen_dump_comes_out_of_the_png_as_it_was()
    {
        var pixels = Enumerable.Range(0, 5 * 4 * 3).Select(index => (byte)(index * 37)).ToArray();
        var png = Png.Encode(PixelMap.ReadPpm((byte[])[.. "P6\n5 4\n255\n"u8, .. pixels]));
        Assert.Equal(pixels, Decode(png, 5, 4));
    }

    [Fact]
    public void The_check_sums_are_those_of_the_standard() =>
        // The last chunk of every PNG there is: IEND and its CRC (RFC 2083, 11.2.1 and appendix 15).
        Assert.Equal([0, 0, 0, 0, (byte)'I', (byte)'E', (byte)'N', (byte)'D', 0xae, 0x42, 0x60, 0x82], Png.Encode(new PixelMap(1, 1, new byte[3]))[^12..]);

    [Theory]
    [InlineData("P5\n1 1\n255\nabc", "not a binary PPM")]
    [InlineData("P6\n1 1\n65535\nabc", "not a binary PPM")]
    [InlineData("P6\n-1 1\n255\nabc", "not a binary PPM")]
    [InlineData("P6\n99999 99999\n255\nabc", "not a binary PPM")]
    [InlineData("P6\n2 1\n255\nabc", "cut short: 3 of 6 bytes")]
    [InlineData("P6\n2 1\n255", "cut short: -1 of 6 bytes")]
    [InlineData("", "not a binary PPM")]
    public void A_broken_dump_is_refused(string ppm, string why) =>
        Assert.Contains(why, Assert.Throws<BananaException>(() => PixelMap.ReadPpm(Encoding.ASCII.GetBytes(ppm))).Message);

    // A reader for the one kind of PNG that we write: 8-bit RGB, every row filtered "up", one IDAT chunk.
    private static byte[] Decode(byte[] png, int width, int height)
    {
        Assert.Equal(width, BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)));
        Assert.Equal(height, BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20)));
        var length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(33));
        Assert.Equal("IDAT", Encoding.ASCII.GetString(png, 37, 4));
        using var zlib = new ZLibStream(new MemoryStream(png, 41, length), CompressionMode.Decompress);
        var data = new MemoryStream();
        zlib.CopyTo(data);
        var rows = data.ToArray();
        var stride = width * 3;
        var pixels = new byte[height * stride];
        for (var y = 0; y < height; y++)
        {
            Assert.Equal(2, rows[y * (stride + 1)]);
            for (var x = 0; x < stride; x++)
            {
                pixels[(y * stride) + x] = (byte)(rows[(y * (stride + 1)) + 1 + x] + (y == 0 ? 0 : pixels[((y - 1) * stride) + x]));
            }
        }

        return pixels;
    }
}
