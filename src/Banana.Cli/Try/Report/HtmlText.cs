// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Globalization;
using System.Net;
using System.Text;

namespace Banana.Cli.Try.Report;

/// <summary>HTML that is being written.</summary>
internal sealed class HtmlText
{
    /// <summary>A tick.</summary>
    public const string Tick = "<svg viewBox=\"0 0 16 16\" role=\"img\" aria-label=\"passed\"><path d=\"M3 8.5 6.5 12 13 4.5\"/></svg>";

    /// <summary>A cross.</summary>
    public const string Cross = "<svg viewBox=\"0 0 16 16\" role=\"img\" aria-label=\"failed\"><path d=\"m4 4 8 8M12 4l-8 8\"/></svg>";

    private readonly StringBuilder text = new();

    /// <summary>Adds HTML as it is.</summary>
    public void Raw(string html) => text.Append(html);

    /// <summary>Text in which nothing is markup.</summary>
    public static string Escape(string plain) => WebUtility.HtmlEncode(plain);

    /// <summary>A part of a whole as a length in CSS.</summary>
    public static string Percent(double part, double whole) => string.Create(CultureInfo.InvariantCulture, $"{(whole <= 0 ? 0 : Math.Clamp(part / whole * 100, 0, 100)):0.##}%");

    /// <summary>"0.4 s", "41 s", "2 min 5 s".</summary>
    public static string Duration(TimeSpan time) => time.TotalSeconds switch
    {
        < 10 => $"{time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s",
        < 59.5 => $"{time.TotalSeconds.ToString("0", CultureInfo.InvariantCulture)} s",
        _ => $"{(int)Math.Round(time.TotalSeconds) / 60} min {(int)Math.Round(time.TotalSeconds) % 60} s",
    };

    /// <inheritdoc/>
    public override string ToString() => text.ToString();
}
