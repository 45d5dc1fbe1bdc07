// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Foundation.Progress;

/// <summary>Sizes as people read them, in binary units (IEC 80000-13).</summary>
public static class ByteSize
{
    /// <summary>"512 B", "14.2 KiB", "244 MiB".</summary>
    public static string Format(long bytes)
    {
        ReadOnlySpan<string> units = ["B", "KiB", "MiB", "GiB", "TiB"];
        double value = bytes;
        var unit = 0;
        while (Math.Abs(value) >= 1024 && unit < units.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        return unit == 0 || Math.Abs(value) >= 100 ? $"{value:0} {units[unit]}" : $"{value:0.0} {units[unit]}";
    }
}
