// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Boot;

namespace Banana.Vm.Health;

/// <summary>One thing that was looked at.</summary>
/// <param name="Name">What, as a short noun phrase.</param>
/// <param name="Passed">Whether it is as it should be.</param>
/// <param name="Detail">What was found.</param>
public sealed record HealthCheck(string Name, bool Passed, string Detail);

/// <summary>What a system should say of itself, beyond what every healthy one does.</summary>
/// <param name="ImageVersion">The version that was built (IMAGE_VERSION of os-release); not checked when null.</param>
/// <param name="RootHash">The root hash of /usr that was built; not checked when null.</param>
public sealed record HealthExpectation(string? ImageVersion = null, string? RootHash = null);

/// <summary>Whether a system is healthy: every check, named, with what was found.</summary>
/// <param name="Checks">The checks.</param>
public sealed record HealthVerdict(IReadOnlyList<HealthCheck> Checks)
{
    /// <summary>Whether every check passed.</summary>
    public bool IsHealthy => Checks.All(check => check.Passed);

    /// <summary>What is wrong, a line each.</summary>
    public IEnumerable<string> Reasons => Checks.Where(check => !check.Passed).Select(check => $"{check.Name}: {check.Detail}");

    /// <summary>Judges a report.</summary>
    public static HealthVerdict Of(HealthReport report, HealthExpectation? expected = null)
    {
        List<HealthCheck> checks =
        [
            new("system state", report.State == "running", report.Jobs.Count == 0 ? report.State : $"{report.State}; still waiting: {string.Join(", ", report.Jobs)}"),
            FailedUnits(report),
            UsrReadOnly(report),
            UsrVerified(report, expected?.RootHash),
            Etc(report),
            Writable(report, "root file system", "/"),
            Writable(report, "/var", "/var"),
        ];
        if (report.Entry.Length > 0)
        {
            checks.Add(Entry(report));
        }

        if (expected?.ImageVersion is { } version)
        {
            checks.Add(new("version", report.OsField("IMAGE_VERSION") == version, report.OsField("IMAGE_VERSION") == version ? version : $"{report.OsField("IMAGE_VERSION")} booted, {version} was built"));
        }

        return new HealthVerdict(checks);
    }

    private static HealthCheck FailedUnits(HealthReport report) => new(
        "units",
        report.FailedUnits.Count == 0,
        report.FailedUnits.Count == 0 ? "none failed" : "failed: " + string.Join(", ", report.FailedUnits.Select(unit => unit.Log.Count == 0 ? unit.Name : $"{unit.Name} ({unit.Log[^1]})")));

    private static HealthCheck UsrReadOnly(HealthReport report)
    {
        var usr = report.Mounts.GetValueOrDefault("/usr");
        var writable = report.Writable.Contains("/usr", StringComparer.Ordinal);
        return usr?.Target != "/usr"
            ? new("/usr read-only", false, "is not a file system of its own")
            : new("/usr read-only", !writable && usr.IsReadOnly, writable ? "a file could be made in /usr" : Words(usr.FileSystem, usr.IsReadOnly ? "read-only" : "mounted writable"));
    }

    private static HealthCheck UsrVerified(HealthReport report, string? expectedHash)
    {
        const string Name = "/usr verified";
        var source = report.Mounts.GetValueOrDefault("/usr")?.Source;
        if (report.Verity is not { } verity || source != $"/dev/mapper/{verity.Name}")
        {
            return new(Name, false, $"no dm-verity device below /usr (it is on {source ?? "nothing"})");
        }

        if (verity.Status.Length > 0 && !verity.Status.StartsWith("verified", StringComparison.Ordinal))
        {
            return new(Name, false, $"dm-verity says {verity.Status}");
        }

        return expectedHash is null || verity.RootHash == expectedHash
            ? new(Name, true, verity.RootHash.Length > 0 ? $"root hash {verity.RootHash[..Math.Min(16, verity.RootHash.Length)]}…" : "by dm-verity")
            : new(Name, false, $"root hash {verity.RootHash} booted, {expectedHash} was built");
    }

    private static HealthCheck Etc(HealthReport report)
    {
        var etc = report.Mounts.GetValueOrDefault("/etc");
        var isOverlay = etc is { Target: "/etc", FileSystem: "overlay" };
        return isOverlay && !report.Writable.Contains("/etc", StringComparer.Ordinal)
            ? new("/etc overlay", false, "nothing can be written to it")
            : new("/etc overlay", isOverlay, isOverlay ? "over the booted release's own" : $"is {(etc?.Target == "/etc" ? etc.FileSystem : "a plain folder")}");
    }

    /// <summary>An entry whose tries are spent is passed over at the next start, however well it runs now.</summary>
    private static HealthCheck Entry(HealthReport report)
    {
        const string Name = "boot entry";
        if (report.EntryFiles.Count == 0)
        {
            return NotMounted(report, Name);
        }

        // The name without its counter is what the boot loader calls the entry.
        var file = report.EntryFiles.Select(file => BootEntryName.TryParse(file, out var name) ? name : null).FirstOrDefault(name => name?.Blessed().ToString() == report.Entry);
        return file switch
        {
            null => new(Name, report.EntryFiles.Contains(report.Entry, StringComparer.Ordinal), report.EntryFiles.Contains(report.Entry, StringComparer.Ordinal) ? Words(report.Entry, "not counted") : $"{report.Entry} is no longer among {string.Join(", ", report.EntryFiles)}"),
            { Left: null } => new(Name, true, Words(report.Entry, "not counted")),
            { IsBad: true } => new(Name, false, $"{file} has no tries left: it is not started again while there is another"),
            { Done: 0 } => new(Name, true, Words(file.ToString(), "all tries are there")),
            _ => new(Name, true, $"{file}, {file.Left} tries are left"),
        };
    }

    private static HealthCheck NotMounted(HealthReport report, string name) => report.Bless switch
    {
        "good" => new(name, true, Words(report.Entry, "blessed")),
        "" when report.CountPath.Length > 0 => new(name, false, $"{report.Entry} is on trial, and the system has no systemd-bless-boot to end that"),
        "" or "clean" => new(name, true, Words(report.Entry, "not on trial")),
        "indeterminate" => new(name, false, $"{report.Entry} is still on trial after a finished boot"),
        var other => new(name, false, $"{report.Entry} is marked {other}"),
    };

    private static HealthCheck Writable(HealthReport report, string name, string place)
    {
        var mount = report.Mounts.GetValueOrDefault(place);
        var passed = report.Writable.Contains(place, StringComparer.Ordinal);
        var size = mount is { Size: > 0 } ? $", {Foundation.Progress.ByteSize.Format(mount.Used)} of {Foundation.Progress.ByteSize.Format(mount.Size)} used" : string.Empty;
        return new(name, passed, $"{mount?.FileSystem ?? "not mounted"}, {(passed ? "writable" : "nothing can be written to it")}{size}");
    }

    private static string Words(params string[] words) => string.Join(", ", words.Where(word => word.Length > 0));
}
