// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Foundation.Progress;
using Banana.Vm.Health;

namespace Banana.Cli.Vm;

/// <summary>A boot in a few lines of text.</summary>
internal static class HealthText
{
    private const string Green = "1;32";
    private const string Red = "1;31";

    /// <summary>The lines: the verdict, each check, the times.</summary>
    /// <param name="boot">The boot.</param>
    /// <param name="paint">Puts a text into a colour (an SGR sequence), or does not.</param>
    public static IEnumerable<string> Of(BootRecord boot, Func<string, string, string> paint)
    {
        if (boot.Health is { } health)
        {
            yield return $"{Name(health)}, kernel {health.Kernel}, {health.Systemd.Split(" (")[0]}, with {boot.Acceleration}";
        }

        foreach (var check in boot.Verdict.Checks)
        {
            yield return $"  {(check.Passed ? paint("✓", Green) : paint("✗", Red))} {check.Name,-18} {check.Detail}";
        }

        if (boot.Health is { } up)
        {
            yield return $"  boot {Seconds(up.Times.Total)}: {string.Join(", ", Stages(up.Times))}; memory {ByteSize.Format(up.MemoryTotal - up.MemoryAvailable)} of {ByteSize.Format(up.MemoryTotal)} used";
        }

        yield return boot.Verdict.IsHealthy ? paint("healthy", Green) : paint("not healthy", Red);
    }

    /// <summary>"Banana Core 20261030.1".</summary>
    public static string Name(HealthReport health) =>
        health.OsField("PRETTY_NAME") is { Length: > 0 } pretty ? pretty : $"{health.OsField("NAME")} {health.OsField("IMAGE_VERSION")}".TrimEnd();

    /// <summary>"7.1 s".</summary>
    public static string Seconds(TimeSpan time) => $"{time.TotalSeconds:0.0} s";

    private static IEnumerable<string> Stages(BootTimes times) =>
        from stage in new[] { ("firmware", times.Firmware), ("boot loader", times.Loader), ("kernel", times.Kernel), ("initrd", times.Initrd), ("system", times.Userspace) }
        where stage.Item2 is not null
        select $"{stage.Item1} {Seconds(stage.Item2!.Value)}";
}
