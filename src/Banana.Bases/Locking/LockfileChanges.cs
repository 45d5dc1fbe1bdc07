// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Definition.Model;
using Banana.Foundation.Errors;

namespace Banana.Bases;

/// <summary>A package whose version or contents differ between two lockfiles.</summary>
/// <param name="Old">The package before.</param>
/// <param name="New">The package now.</param>
public sealed record ChangedPackage(LockedPackage Old, LockedPackage New);

/// <summary>What changed from one lockfile to another.</summary>
/// <param name="Added">Packages that are new, by name.</param>
/// <param name="Removed">Packages that are gone, by name.</param>
/// <param name="Changed">Packages of another version or digest, by name.</param>
public sealed record LockfileChanges(IReadOnlyList<LockedPackage> Added, IReadOnlyList<LockedPackage> Removed, IReadOnlyList<ChangedPackage> Changed)
{
    /// <summary>Whether there are none.</summary>
    public bool IsEmpty => Added.Count + Removed.Count + Changed.Count == 0;

    /// <summary>Compares two lockfiles; everything is new when there is no old one.</summary>
    public static LockfileChanges Between(Lockfile? before, Lockfile after)
    {
        var old = (before?.Packages ?? []).ToDictionary(package => package.Name, StringComparer.Ordinal);
        var names = after.Packages.Select(package => package.Name).ToHashSet(StringComparer.Ordinal);
        return new LockfileChanges(
            [.. after.Packages.Where(package => !old.ContainsKey(package.Name))],
            [.. old.Values.Where(package => !names.Contains(package.Name)).OrderBy(package => package.Name, StringComparer.Ordinal)],
            [.. after.Packages.Where(package => old.TryGetValue(package.Name, out var was) && (was.Version != package.Version || was.Sha256 != package.Sha256)).Select(package => new ChangedPackage(old[package.Name], package))]);
    }

    /// <summary>Says why a lockfile does not fit what a definition asks for; null when it fits.</summary>
    public static string? Misfit(Lockfile lockfile, BaseDefinition definition, SuiteDefinition suite, IReadOnlyList<string> packages)
    {
        if (lockfile.Plugin != definition.Plugin || lockfile.Base != definition.Name)
        {
            return $"it is for the base {lockfile.Base}, not {definition.Name}";
        }

        if (lockfile.Suite != suite.Name)
        {
            return $"it is for the suite {lockfile.Suite}, not {suite.Name}";
        }

        if (lockfile.Architecture != definition.Architecture)
        {
            return $"it is for {lockfile.Architecture}, not {definition.Architecture}";
        }

        var missing = packages.Except(lockfile.Requested, StringComparer.Ordinal).Order(StringComparer.Ordinal).FirstOrDefault();
        if (missing is not null)
        {
            return $"it was made without {missing}";
        }

        var extra = lockfile.Requested.Except(packages, StringComparer.Ordinal).Order(StringComparer.Ordinal).FirstOrDefault();
        if (extra is not null)
        {
            return $"it was made with {extra}";
        }

        return definition.AssumeProvided.Order(StringComparer.Ordinal).SequenceEqual(lockfile.Assumed, StringComparer.Ordinal) ? null : "it takes other packages as given";
    }

    /// <summary>Refuses a lockfile that does not fit.</summary>
    /// <param name="lockfile">The lockfile; null when there is none.</param>
    /// <param name="edition">What it is to fit.</param>
    /// <exception cref="BananaException">There is none, or it does not fit (<see cref="ExitCode.BadInput"/>).</exception>
    public static Lockfile Require(Lockfile? lockfile, Edition edition)
    {
        if (lockfile is null)
        {
            throw new BananaException(ExitCode.BadInput, $"there is no lockfile for {edition.Name} yet", where: edition.Lockfile, next: $"run 'banana lock {edition.Name}'");
        }

        return Misfit(lockfile, edition.Base, edition.Suite, edition.Packages) is { } misfit
            ? throw new BananaException(ExitCode.BadInput, $"the lockfile does not match the definition: {misfit}", where: edition.Lockfile, next: $"run 'banana lock {edition.Name} --update'")
            : lockfile;
    }
}
