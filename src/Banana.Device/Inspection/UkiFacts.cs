// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Boot;
using Banana.Formats.Pe;
using Banana.Formats.Storage;
using Banana.Foundation.Errors;

namespace Banana.Device.Inspection;

/// <summary>What is in a UKI, as far as it can be read.</summary>
internal sealed record UkiFacts
{
    /// <summary>The fields of its os-release; null: the boot loader cannot read them, and passes the file over.</summary>
    public IReadOnlyDictionary<string, string>? OsRelease { get; private init; }

    /// <summary>The words of its command line.</summary>
    public IReadOnlyList<string> Words { get; private init; } = [];

    /// <summary>Its SHA-256; null: it cannot be read to its end.</summary>
    public string? Sha256 { get; private init; }

    /// <summary>What is wrong with it, as one line; null: nothing.</summary>
    public string? Problem { get; private init; }

    /// <summary>The root hash that its command line names; null: none.</summary>
    public string? RootHash => KernelCommandLine.RootHash(string.Join(' ', Words));

    /// <summary>The version that systemd-boot shows and sorts by (<c>bootspec_pick_name_version_sort_key</c>).</summary>
    public string? Version => First("IMAGE_VERSION", "VERSION", "VERSION_ID", "BUILD_ID");

    /// <summary>The name that it sorts by.</summary>
    public string? SortKey => First("IMAGE_ID", "ID");

    /// <summary>Whether the boot loader makes an entry of it: it needs a name to show.</summary>
    public bool IsListed => First("PRETTY_NAME", "IMAGE_ID", "NAME", "ID") is not null;

    /// <summary>Reads a file.</summary>
    public static UkiFacts Read(ByteSource file)
    {
        var facts = new UkiFacts();
        try
        {
            var image = PeImage.Read(file);
            facts = facts with { OsRelease = Fields(image.ReadText(PeImage.OsReleaseSection)) };
            facts = facts with { Words = image.ReadText(PeImage.CommandLineSection)?.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) ?? [] };
            facts = facts with { Sha256 = Convert.ToHexStringLower(SourceDigest.Sha256(file)) };
            var missing = new[] { PeImage.KernelSection, PeImage.InitrdSection }.FirstOrDefault(name => image.Find(name) is null);
            return missing is null ? facts : facts with { Problem = $"it has no section {missing}" };
        }
        catch (BananaException error)
        {
            return facts with { Problem = error.What };
        }
    }

    private static Dictionary<string, string>? Fields(string? text)
    {
        if (text is null)
        {
            return null;
        }

        Dictionary<string, string> fields = new(StringComparer.Ordinal);
        foreach (var line in text.Split('\n'))
        {
            if (line.IndexOf('=', StringComparison.Ordinal) is var equals and > 0)
            {
                fields[line[..equals].Trim()] = line[(equals + 1)..].Trim().Trim('"');
            }
        }

        return fields;
    }

    private string? First(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (OsRelease is not null && OsRelease.TryGetValue(key, out var value) && value.Length > 0)
            {
                return value;
            }
        }

        return null;
    }
}
