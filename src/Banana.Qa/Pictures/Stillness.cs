// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Vm.Pictures;

namespace Banana.Qa.Pictures;

/// <summary>Whether a screen stands still. The cursor in a field for text blinks for ever, and is no movement that anybody would wait for.</summary>
public static class Stillness
{
    /// <summary>The largest cursor of a text: its width and height in pixels.</summary>
    public const int CursorWidth = 4;

    /// <inheritdoc cref="CursorWidth"/>
    public const int CursorHeight = 48;

    private const int BytesPerPixel = 3;

    /// <summary>Whether two looks at a screen show the same, but for what is no larger than one cursor.</summary>
    public static bool Holds(PixelMap before, PixelMap now)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(now);
        if (before.Width != now.Width || before.Height != now.Height)
        {
            return false;
        }

        var (left, right, top, bottom) = (int.MaxValue, -1, int.MaxValue, -1);
        var row = now.Width * BytesPerPixel;
        for (var y = 0; y < now.Height; y++)
        {
            var one = before.Pixels.Span.Slice(y * row, row);
            var other = now.Pixels.Span.Slice(y * row, row);
            var first = one.CommonPrefixLength(other);
            if (first == row)
            {
                continue;
            }

            var last = row - 1;
            while (one[last] == other[last])
            {
                last--;
            }

            (left, right) = (Math.Min(left, first / BytesPerPixel), Math.Max(right, last / BytesPerPixel));
            (top, bottom) = (Math.Min(top, y), y);
        }

        return right < 0 || (right - left < CursorWidth && bottom - top < CursorHeight);
    }
}
