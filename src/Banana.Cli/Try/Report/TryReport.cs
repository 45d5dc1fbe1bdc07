// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Cli.Try.Story;
using Banana.Cli.Try.Update;
using Banana.Formats.Release;
using Banana.Vm.Health;

namespace Banana.Cli.Try.Report;

/// <summary>Everything that `banana try` found out: what was built, how long that took, and how it booted.</summary>
internal sealed record TryReport
{
    /// <summary>What was built ("Banana Core 20261030.1").</summary>
    public required string Name { get; init; }

    /// <summary>When the report was made.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The release directory, as the user would name it.</summary>
    public required string Directory { get; init; }

    /// <summary>What the release is made of.</summary>
    public required ReleaseManifest Manifest { get; init; }

    /// <summary>The number of packages.</summary>
    public required int Packages { get; init; }

    /// <summary>The steps of the build, in the order of their beginning.</summary>
    public required IReadOnlyList<StepRecord> Steps { get; init; }

    /// <summary>The first boot.</summary>
    public required BootRecord Boot { get; init; }

    /// <summary>What the next release costs; null when there is none.</summary>
    public UpdateCosts? Update { get; init; }

    /// <summary>The life of a device with it; null when there is no next release.</summary>
    public StoryReport? Story { get; init; }

    /// <summary>From the beginning of the first step to the end of the last; steps overlap.</summary>
    public TimeSpan BuildTime => Steps.Count == 0 ? TimeSpan.Zero : Steps.Max(step => step.Start + step.Duration) - Steps.Min(step => step.Start);

    /// <summary>The size of what a device downloads: the parts that are not made of others.</summary>
    public long DownloadSize => Manifest.Parts.Where(part => IsDownloaded(part.Role)).Sum(part => part.Size);

    /// <summary>Collects a report.</summary>
    /// <param name="release">What was built.</param>
    /// <param name="directory">Its directory, as the user would name it.</param>
    /// <param name="steps">How it was built.</param>
    /// <param name="boot">How it booted.</param>
    /// <param name="at">The time now.</param>
    public static TryReport Of(ReleaseDirectory release, string directory, IReadOnlyList<StepRecord> steps, BootRecord boot, DateTimeOffset at) => new()
    {
        Name = NameOf(release.Manifest, boot.Health),
        At = at,
        Directory = directory,
        Manifest = release.Manifest,
        Packages = release.ReadPackages()?.Packages.Count ?? 0,
        Steps = steps,
        Boot = boot,
    };

    /// <summary>Whether a device downloads a part (the others are for those who install or look).</summary>
    public static bool IsDownloaded(PartRole role) => role is PartRole.Usr or PartRole.UsrVerity or PartRole.Uki;

    /// <summary>What a part is for, in words.</summary>
    public static string Describe(PartRole role) => role switch
    {
        PartRole.Usr => "the system (/usr)",
        PartRole.UsrVerity => "its hash tree",
        PartRole.Uki => "kernel and initrd",
        PartRole.Esp => "EFI system partition",
        PartRole.Disk => "bootable disk",
        PartRole.Sbom => "bill of materials",
        PartRole.Packages => "package list",
        _ => string.Empty,
    };

    /// <summary>How to go on: commands with what they do.</summary>
    public IReadOnlyList<(string Command, string What)> NextSteps()
    {
        var release = $"{Manifest.Edition}/{Manifest.Version}";
        return
        [
            ($"./banana vm {release}", "boot it again and use it, on this terminal"),
            ($"./banana vm {release} --gui", "the same in a window"),
            ($"./banana vm {release} --persist my.qcow2", "keep what you change in it"),
            ("./banana build --incremental", "after a change in os/: seconds"),
            ("./banana test", "run all tests"),
        ];
    }

    private static string NameOf(ReleaseManifest manifest, HealthReport? health)
    {
        var name = health?.OsField("NAME") is { Length: > 0 } said ? said : Capital(manifest.Id);
        return $"{name} {Capital(manifest.Edition)} {manifest.Version}";
    }

    private static string Capital(string word) => word.Length == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..];
}
