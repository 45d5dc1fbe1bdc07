// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text.Json;
using System.Text.Json.Serialization;
using Banana.Foundation.Errors;
using Banana.Vm.Pictures;

namespace Banana.Qa.Pictures;

/// <summary>A part of a screen that has to look as in a needle's picture.</summary>
public sealed record NeedleArea
{
    /// <summary>Its left edge in pixels.</summary>
    public required int Left { get; init; }

    /// <summary>Its upper edge.</summary>
    public required int Top { get; init; }

    /// <summary>Its width.</summary>
    public required int Width { get; init; }

    /// <summary>Its height.</summary>
    public required int Height { get; init; }

    /// <summary>How far it may differ: the mean difference of all samples, from 0 (the same) to 1 (black for white).</summary>
    public double Tolerance { get; init; } = 0.02;

    /// <summary>How many pixels it may lie elsewhere, in each direction.</summary>
    public int Slack { get; init; }
}

/// <summary>What a screen has to look like: a picture, and the areas of it that count.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Picture">The picture.</param>
/// <param name="Areas">The areas.</param>
public sealed record Needle(string Name, PixelMap Picture, IReadOnlyList<NeedleArea> Areas)
{
    /// <summary>Reads <c>NAME.png</c> and <c>NAME.json</c>.</summary>
    /// <exception cref="BananaException">One is missing or malformed, or an area lies outside of the picture.</exception>
    public static Needle Read(string folder, string name)
    {
        var (pictureFile, areasFile) = (Path.Combine(folder, name + ".png"), Path.Combine(folder, name + ".json"));
        if (!File.Exists(pictureFile) || !File.Exists(areasFile))
        {
            throw new BananaException(ExitCode.BadInput, $"there is no needle '{name}'", folder, "'banana qa --save-needle' makes one of what is seen; look at it before it counts");
        }

        var picture = PngReader.Read(File.ReadAllBytes(pictureFile), pictureFile);
        try
        {
            var areas = JsonSerializer.Deserialize(File.ReadAllBytes(areasFile), NeedleContext.Default.NeedleFile)?.Areas ?? [];
            return areas.Count > 0 && areas.All(area => area is { Left: >= 0, Top: >= 0, Width: > 0, Height: > 0, Slack: >= 0 } && area.Left + area.Width <= picture.Width && area.Top + area.Height <= picture.Height)
                ? new Needle(name, picture, areas)
                : throw new JsonException($"it needs 'areas', each inside of the picture ({picture.Width}x{picture.Height})");
        }
        catch (JsonException error)
        {
            throw new BananaException(ExitCode.BadInput, error.Message.ReplaceLineEndings(" "), areasFile, "write it as docs/qa.md says", error);
        }
    }

    /// <summary>How far a screen is from it.</summary>
    /// <returns>What differs, in words; null: nothing that counts.</returns>
    public string? Compare(PixelMap screen)
    {
        if (screen.Width != Picture.Width || screen.Height != Picture.Height)
        {
            return $"the screen is {screen.Width}x{screen.Height}, the needle '{Name}' is {Picture.Width}x{Picture.Height}";
        }

        foreach (var area in Areas)
        {
            var distance = Shifts(area).Min(shift => Distance(screen, area, shift.X, shift.Y));
            if (distance > area.Tolerance)
            {
                return $"'{Name}' differs by {distance:0.000} at {area.Left},{area.Top} ({area.Width}x{area.Height}); {area.Tolerance:0.000} is allowed";
            }
        }

        return null;
    }

    private IEnumerable<(int X, int Y)> Shifts(NeedleArea area) =>
        from y in Enumerable.Range(-area.Slack, (2 * area.Slack) + 1)
        from x in Enumerable.Range(-area.Slack, (2 * area.Slack) + 1)
        where area.Left + x >= 0 && area.Top + y >= 0 && area.Left + x + area.Width <= Picture.Width && area.Top + y + area.Height <= Picture.Height
        select (x, y);

    private double Distance(PixelMap screen, NeedleArea area, int shiftX, int shiftY)
    {
        var ours = Picture.Pixels.Span;
        var theirs = screen.Pixels.Span;
        long sum = 0;
        for (var y = area.Top; y < area.Top + area.Height; y++)
        {
            var mine = ours.Slice(((y * Picture.Width) + area.Left) * 3, area.Width * 3);
            var other = theirs.Slice((((y + shiftY) * Picture.Width) + area.Left + shiftX) * 3, area.Width * 3);
            for (var i = 0; i < mine.Length; i++)
            {
                sum += Math.Abs(mine[i] - other[i]);
            }
        }

        return sum / (255.0 * area.Width * area.Height * 3);
    }
}

/// <summary>NAME.json.</summary>
internal sealed record NeedleFile
{
    /// <summary>The areas that count.</summary>
    public required IReadOnlyList<NeedleArea> Areas { get; init; }
}

/// <summary>Reads needles strictly.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(NeedleFile))]
internal sealed partial class NeedleContext : JsonSerializerContext;
