// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Qa.Pictures;
using Banana.Vm.Pictures;

namespace Banana.Tests.Unit.Qa;

public sealed class StillnessTests
{
    private const int Width = 64;
    private const int Height = 64;

    [Theory]
    [InlineData(0, 0, true)] // nothing
    [InlineData(2, 24, true)] // the cursor of a text
    [InlineData(4, 48, true)]
    [InlineData(5, 48, false)]
    [InlineData(4, 49, false)]
    [InlineData(20, 1, false)] // a bar that grows
    public void What_blinks_like_a_cursor_is_no_movement(int width, int height, bool holds) => Assert.Equal(holds, Stillness.Holds(Picture(), Picture((10, 5, width, height))));

    [Fact]
    public void Two_things_that_move_are_a_movement() => Assert.False(Stillness.Holds(Picture(), Picture((10, 5, 1, 1), (50, 5, 1, 1))));

    [Fact]
    public void Another_size_is_a_movement() => Assert.False(Stillness.Holds(Picture(), new PixelMap(Width, 1, new byte[Width * 3])));

    private static PixelMap Picture(params (int X, int Y, int Width, int Height)[] marks)
    {
        var pixels = new byte[Width * Height * 3];
        foreach (var (x, y, width, height) in marks)
        {
            for (var line = y; line < y + height; line++)
            {
                pixels.AsSpan(((line * Width) + x) * 3, width * 3).Fill(200);
            }
        }

        return new PixelMap(Width, Height, pixels);
    }
}
