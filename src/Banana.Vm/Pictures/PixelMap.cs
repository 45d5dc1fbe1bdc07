// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Globalization;
using System.Text;
using Banana.Foundation.Errors;

namespace Banana.Vm.Pictures;

/// <summary>A picture of 8-bit red, green and blue.</summary>
/// <param name="Width">Pixels a row.</param>
/// <param name="Height">Rows.</param>
/// <param name="Pixels">Three bytes a pixel, rows from the top.</param>
public sealed record PixelMap(int Width, int Height, ReadOnlyMemory<byte> Pixels)
{
    private const int BytesPerPixel = 3;

    /// <summary>Reads a binary PPM (netpbm's ppm(5), "P6"), the form that every QEMU writes: <c>P6\n1280 800\n255\n…</c>.</summary>
    /// <exception cref="BananaException">It is not one, or not of 8 bits, or it is cut short.</exception>
    public static PixelMap ReadPpm(ReadOnlyMemory<byte> file)
    {
        var position = 0;
        if (Word() != "P6" || !Number(out var width) || !Number(out var height) || !Number(out var maximum) || maximum != byte.MaxValue)
        {
            throw new BananaException(ExitCode.BadInput, "not a binary PPM picture of 8 bits");
        }

        var length = checked(width * height * BytesPerPixel);
        return file.Length - position >= length
            ? new PixelMap(width, height, file.Slice(position, length))
            : throw new BananaException(ExitCode.BadInput, $"the PPM picture is cut short: {file.Length - position} of {length} bytes");

        bool Number(out int number) => int.TryParse(Word(), NumberStyles.None, CultureInfo.InvariantCulture, out number) && number is > 0 and <= 32768;

        // One white space character ends a word, and the last of them begins the pixels.
        string Word()
        {
            var bytes = file.Span;
            var begin = position;
            while (position < bytes.Length && bytes[position] > ' ')
            {
                position++;
            }

            return Encoding.ASCII.GetString(bytes[begin..Math.Min(position++, bytes.Length)]);
        }
    }
}
