// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Device.Inspection;

namespace Banana.Tests.Shared.CrashStates;

/// <summary>What has to hold in every state.</summary>
public enum CrashRule
{
    /// <summary>The machine comes up, however many boots it takes.</summary>
    Dead,

    /// <summary>What the boot loader takes first comes up at once.</summary>
    Stumbles,

    /// <summary>Every entry that the boot loader has is that of a whole release.</summary>
    EntryWithoutRelease,

    /// <summary>What ran has an entry, and is whole.</summary>
    RunningIsLost,

    /// <summary>The boot loader is whole: the old or the new one.</summary>
    Loader,
}

/// <summary>Judges what a machine would find on a disk.</summary>
/// <param name="runningRootHash">The root hash of the release that ran when the power went.</param>
/// <param name="loaders">The SHA-256 of each boot loader that may be there.</param>
public sealed class CrashRules(string runningRootHash, params IReadOnlyCollection<string> loaders)
{
    /// <summary>What is broken; empty: nothing.</summary>
    public IEnumerable<(CrashRule Rule, string Detail)> Judge(DiskView view)
    {
        var entries = $"[{string.Join(", ", view.Entries)}]{(view.PassedOver.Count > 0 ? $", passed over [{string.Join(", ", view.PassedOver)}]" : string.Empty)}";
        if (view.Boot(out var failures) is null)
        {
            yield return (CrashRule.Dead, view.Problem ?? entries);
        }
        else if (failures > 0)
        {
            yield return (CrashRule.Stumbles, $"{failures} boots fail: {entries}");
        }

        if (view.Entries.Any(entry => entry.Problem is not null))
        {
            yield return (CrashRule.EntryWithoutRelease, entries);
        }

        if (!view.Entries.Any(entry => entry.RootHash == runningRootHash && entry.Problem is null))
        {
            yield return (CrashRule.RunningIsLost, view.Problem ?? entries);
        }

        if (view.Loader is null || !loaders.Contains(view.Loader))
        {
            yield return (CrashRule.Loader, $"its SHA-256 is {view.Loader ?? "not to be read"}");
        }
    }
}
