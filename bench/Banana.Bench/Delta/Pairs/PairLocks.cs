// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bases;
using Banana.Definition.Model;
using Banana.Foundation.Errors;

namespace Banana.Bench.Delta.Pairs;

/// <summary>Resolves the two package lists of a pair. They are resolved once and kept beside the images: figures belong to a list.</summary>
/// <param name="context">Where apt runs, downloads, and the pool.</param>
/// <param name="definition">The base, with all suites and components.</param>
/// <param name="folder">Where lists are kept.</param>
internal sealed class PairLocks(BaseContext context, BaseDefinition definition, string folder)
{
    /// <summary>The base that the pairs are made from: Debian with its firmware.</summary>
    public static BaseDefinition WithFirmware(BaseDefinition debian)
    {
        var suites = new[] { PairDefinition.OldSuite, PairDefinition.NewSuite }.ToDictionary(
            name => name, name => new SuiteDefinition { Name = name, Components = ["main", "non-free-firmware"] }, StringComparer.Ordinal);
        return debian with { Suites = suites };
    }

    /// <summary>The lists of a pair.</summary>
    public async Task<(Lockfile Old, Lockfile New)> OfAsync(PairDefinition pair, CancellationToken cancellation)
    {
        var before = await ResolveAsync(pair, PairDefinition.OldSuite, cancellation);
        var after = await ResolveAsync(pair, PairDefinition.NewSuite, cancellation);
        var old = Keep(before, pair.Only);
        return (old, pair.Replaced.Count == 0 ? Keep(after, pair.Only) : Replace(old, after, pair));
    }

    /// <summary>Downloads what the pool does not have.</summary>
    public Task FetchAsync(Lockfile lockfile, CancellationToken cancellation) => BasePlugins.Create(definition.Plugin, context).FetchAsync(definition, lockfile, cancellation);

    private async Task<Lockfile> ResolveAsync(PairDefinition pair, string suite, CancellationToken cancellation)
    {
        var requested = pair.Requested.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var path = Path.Combine(folder, $"{suite}-{Foundation.Hashing.Sha256Digest.Of(string.Join('\n', requested))[..12]}.lock.json");
        if (await LockfileJson.ReadAsync(path, cancellation) is { } known)
        {
            return known;
        }

        var lockfile = await BasePlugins.Create(definition.Plugin, context).ResolveAsync(definition, definition.Suites[suite], requested, cancellation);
        await LockfileJson.WriteAsync(path, lockfile, cancellation);
        return lockfile;
    }

    private static Lockfile Keep(Lockfile lockfile, IReadOnlyList<string> names) =>
        names.Count == 0 ? lockfile : lockfile with { Packages = [.. lockfile.Packages.Where(package => names.Contains(package.Name, StringComparer.Ordinal))] };

    private static Lockfile Replace(Lockfile old, Lockfile newer, PairDefinition pair)
    {
        var before = old.Packages.ToDictionary(package => package.Name, StringComparer.Ordinal);
        var found = newer.Packages.Where(package => pair.Replaced.Contains(package.Name, StringComparer.Ordinal) && before.TryGetValue(package.Name, out var other) && other.Version != package.Version)
            .ToDictionary(package => package.Name, StringComparer.Ordinal);
        if (found.Count < pair.Replaced.Count / 2)
        {
            throw new BananaException(
                ExitCode.BadInput, $"{newer.Suite} has no newer version of most packages that the pair '{pair.Name}' replaces ({string.Join(", ", pair.Replaced.Except(found.Keys, StringComparer.Ordinal))})",
                next: "name others in PairDefinition.cs");
        }

        return old with { Packages = [.. old.Packages.Select(package => found.GetValueOrDefault(package.Name) ?? package)] };
    }
}
