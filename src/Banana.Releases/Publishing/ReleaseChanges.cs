// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text.Json;
using Banana.Formats.Release;
using Banana.Releases.Stores;

namespace Banana.Releases.Publishing;

/// <summary>
/// <c>changes.json</c>: what a release brings, for people: packages that were added, removed, or have another version.
/// A sample: <c>{"format":1,"from":"20261121.1","packages":[{"name":"curl","before":"8.22.0-1","after":"8.23.0-1"}]}</c>.
/// </summary>
/// <param name="From">The release before; null: there is none.</param>
/// <param name="Packages">What changed; null stands for "not there".</param>
public sealed record ReleaseChanges(ReleaseVersion? From, IReadOnlyList<(string Name, string? Before, string? After)> Packages)
{
    /// <summary>Its name in the folder of a release.</summary>
    public const string FileName = "changes.json";

    private const int MaximumList = 16 << 20;

    /// <summary>Compares two package lists.</summary>
    public static ReleaseChanges Between(ReleaseVersion? from, PackageList? before, PackageList? after)
    {
        var old = Versions(before);
        var now = Versions(after);
        return new(from, [.. old.Keys.Union(now.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Select(name => (name, old.GetValueOrDefault(name), now.GetValueOrDefault(name)))
            .Where(change => change.Item2 != change.Item3)]);
    }

    /// <summary>The bytes.</summary>
    public byte[] ToJson()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteNumber("format", 1);
            json.WriteString("from", From?.ToString());
            json.WriteStartArray("packages");
            foreach (var (name, before, after) in Packages)
            {
                json.WriteStartObject();
                json.WriteString("name", name);
                json.WriteString("before", before);
                json.WriteString("after", after);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }

    /// <summary>Compares a release with the one before it in a repository.</summary>
    internal static async Task<ReleaseChanges> BetweenAsync(IReleaseStore store, ReleaseDelivery? before, ReleaseDirectory release, CancellationToken cancellation)
    {
        if (before?.Find(PartRole.Packages) is not { } part)
        {
            return new(null, []);
        }

        var old = await store.ReadAsync(part.Object.Key, MaximumList, cancellation).ConfigureAwait(false);
        return Between(before.Version, old is null ? null : PackageList.Parse(old.Content, part.Object.Key), release.ReadPackages());
    }

    private static Dictionary<string, string> Versions(PackageList? list) =>
        list?.Packages.GroupBy(package => package.Name, StringComparer.Ordinal).ToDictionary(same => same.Key, same => string.Join(", ", same.Select(package => package.Version)), StringComparer.Ordinal) ?? [];
}
