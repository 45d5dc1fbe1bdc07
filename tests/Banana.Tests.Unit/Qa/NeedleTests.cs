// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Foundation.Errors;
using Banana.Qa.Pictures;
using Banana.Vm.Pictures;

namespace Banana.Tests.Unit.Qa;

/// <summary>Pictures that a screen is compared with.</summary>
public sealed class NeedleTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_picture_that_was_written_is_read_again()
    {
        var picture = Picture(37, 21, (x, y) => (byte)((x * 7) ^ (y * 13)));
        var read = PngReader.Read(Png.Encode(picture), "x");
        Assert.Equal((37, 21), (read.Width, read.Height));
        Assert.Equal(picture.Pixels.ToArray(), read.Pixels.ToArray());
    }

    [Fact]
    public void Each_filter_of_png_is_undone()
    {
        // One row a filter, each of the same pixels, as an encoder that tries them all would write them; 2x5, RGB.
        byte[] pixels = [10, 20, 30, 40, 50, 60];
        byte[] rows =
        [
            0, 10, 20, 30, 40, 50, 60,
            1, 10, 20, 30, 30, 30, 30,
            2, 0, 0, 0, 0, 0, 0,
            3, 5, 10, 15, 15, 15, 15,
            4, 0, 0, 0, 0, 0, 0,
        ];
        var read = PngReader.Read(PngOf(2, 5, rows), "x");
        Assert.Equal(Enumerable.Repeat(pixels, 5).SelectMany(row => row), read.Pixels.ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(40)]
    [InlineData(60)]
    public void A_damaged_picture_is_refused(int length)
    {
        var error = Assert.Throws<BananaException>(() => PngReader.Read(Png.Encode(Picture(9, 9, (x, y) => (byte)(x * y))).AsSpan(0, length), "needle.png"));
        Assert.StartsWith("needle.png: not a whole PNG picture", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_areas_count()
    {
        var needle = Save("""{ "areas": [ { "left": 0, "top": 0, "width": 10, "height": 10 } ] }""");
        Assert.Null(needle.Compare(Changed(20, 20, by: 200)));
        Assert.Equal("'login' differs by 0.002 at 0,0 (10x10); 0.001 is allowed", (Save("""{ "areas": [ { "left": 0, "top": 0, "width": 10, "height": 10, "tolerance": 0.001 } ] }""")).Compare(Changed(5, 5, by: 200)));
    }

    [Fact]
    public void A_little_difference_is_tolerated()
    {
        var needle = Save("""{ "areas": [ { "left": 0, "top": 0, "width": 30, "height": 30, "tolerance": 0.001 } ] }""");
        Assert.Null(needle.Compare(Changed(5, 5, by: 200)));
    }

    [Fact]
    public void What_moved_a_little_is_found_with_slack()
    {
        var moved = Picture(40, 40, (x, y) => Pattern(x - 2, y - 1));
        Assert.NotNull(Save("""{ "areas": [ { "left": 10, "top": 10, "width": 20, "height": 20 } ] }""").Compare(moved));
        Assert.Null(Save("""{ "areas": [ { "left": 10, "top": 10, "width": 20, "height": 20, "slack": 2 } ] }""").Compare(moved));
    }

    [Fact]
    public void A_screen_of_another_size_is_told() =>
        Assert.Equal("the screen is 30x40, the needle 'login' is 40x40", Save("""{ "areas": [ { "left": 0, "top": 0, "width": 1, "height": 1 } ] }""").Compare(Picture(30, 40, (_, _) => 0)));

    [Theory]
    [InlineData("""{ "areas": [] }""", "it needs 'areas', each inside of the picture (40x40)")]
    [InlineData("""{ "areas": [ { "left": 39, "top": 0, "width": 2, "height": 1 } ] }""", "it needs 'areas', each inside of the picture (40x40)")]
    [InlineData("""{ "areas": [ { "left": 0, "top": 0, "width": 2, "height": 1, "tolerence": 1 } ] }""", "tolerence")]
    [InlineData("{", "Expected depth")]
    public void A_malformed_needle_is_refused(string json, string message)
    {
        var error = Assert.Throws<BananaException>(() => Save(json));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains("login.json", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_needle_says_how_it_is_made()
    {
        var error = Assert.Throws<BananaException>(() => Needle.Read(folder.Path, "nothing"));
        Assert.Equal($"{folder.Path}: there is no needle 'nothing'; 'banana qa --save-needle' makes one of what is seen; look at it before it counts", error.Message);
    }

    [Fact]
    public void Every_needle_of_the_checkout_can_be_read_and_looks_like_itself()
    {
        var pictures = Directory.GetFiles(Path.Combine(Checkout.Root, "tests/needles"), "*.png", SearchOption.AllDirectories);
        Assert.NotEmpty(pictures);
        Assert.All(pictures, picture =>
        {
            var needle = Needle.Read(Path.GetDirectoryName(picture)!, Path.GetFileNameWithoutExtension(picture));
            Assert.Null(needle.Compare(needle.Picture));
            Assert.NotNull(needle.Compare(needle.Picture with { Pixels = new byte[needle.Picture.Pixels.Length] }));
        });
    }

    private static byte Pattern(int x, int y) => (byte)((x * 37) ^ (y * 91));

    private static PixelMap Changed(int atX, int atY, byte by) => Picture(40, 40, (x, y) => (byte)(x == atX && y == atY ? Pattern(x, y) ^ by : Pattern(x, y)));

    private static PixelMap Picture(int width, int height, Func<int, int, byte> grey)
    {
        var pixels = new byte[width * height * 3];
        for (var i = 0; i < width * height; i++)
        {
            pixels.AsSpan(i * 3, 3).Fill(grey(i % width, i / width));
        }

        return new PixelMap(width, height, pixels);
    }

    private static byte[] PngOf(int width, int height, byte[] rows)
    {
        // An encoder's header and end around rows that are filtered already.
        var whole = Png.Encode(new PixelMap(width, height, new byte[width * height * 3]));
        using var data = new MemoryStream();
        using (var zlib = new System.IO.Compression.ZLibStream(data, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
        {
            zlib.Write(rows);
        }

        var length = new byte[4];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(length, (int)data.Length);
        return [.. whole[..33], .. length, .. "IDAT"u8, .. data.ToArray(), 0, 0, 0, 0, .. whole[^12..]];
    }

    private Needle Save(string json)
    {
        File.WriteAllBytes(Path.Combine(folder.Path, "login.png"), Png.Encode(Picture(40, 40, Pattern)));
        File.WriteAllText(Path.Combine(folder.Path, "login.json"), json);
        return Needle.Read(folder.Path, "login");
    }
}
