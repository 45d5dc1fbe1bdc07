// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text.RegularExpressions;
using Banana.Vm.Health;
using Banana.Vm.Serial;

namespace Banana.Cli.Try.Report;

/// <summary>A stage of a boot.</summary>
/// <param name="Name">The stage.</param>
/// <param name="Start">When it began, since power-on.</param>
/// <param name="Duration">How long it took.</param>
internal sealed record BootStage(string Name, TimeSpan Start, TimeSpan Duration);

/// <summary>The stages of a boot: as the guest measured them, or, when it did not come so far, by what the serial console said and when.</summary>
internal static partial class BootTimeline
{
    /// <summary>The stages in order.</summary>
    public static IReadOnlyList<BootStage> Of(BootRecord boot)
    {
        var first = FirstWord(boot.Serial);
        return boot.Health?.Times is { Userspace: not null } times ? Measured(times, first) : Seen(boot.Serial);
    }

    private static List<BootStage> Measured(BootTimes times, TimeSpan? kernelSeen)
    {
        var stages = new List<BootStage>();
        var start = TimeSpan.Zero;
        // A boot loader without a clock (its processor is emulated) does not tell its times: they are what passed before the kernel's first word.
        if (times.Loader is null)
        {
            Add("firmware and boot loader", kernelSeen);
        }

        Add("firmware", times.Firmware);
        Add("boot loader", times.Loader);
        Add("kernel", times.Kernel);
        Add("initrd", times.Initrd);
        Add("system", times.Userspace);
        return stages;

        void Add(string name, TimeSpan? duration)
        {
            if (duration is { } time)
            {
                stages.Add(new BootStage(name, start, time));
                start += time;
            }
        }
    }

    private static List<BootStage> Seen(IReadOnlyList<SerialLine> serial)
    {
        (string Stage, Regex Mark)[] marks = [("boot loader", Loader()), ("kernel", Kernel()), ("initrd", Initrd()), ("system", System())];
        List<(string Name, TimeSpan At)> begins = [("firmware", TimeSpan.Zero)];
        foreach (var (stage, mark) in marks)
        {
            if (serial.Where(line => mark.IsMatch(line.Text)).Select(line => (TimeSpan?)line.At).FirstOrDefault() is { } at && at >= begins[^1].At)
            {
                begins.Add((stage, at));
            }
        }

        var end = serial.Count == 0 ? TimeSpan.Zero : serial[^1].At;
        return [.. begins.Select((begin, index) => new BootStage(begin.Name, begin.At, (index + 1 < begins.Count ? begins[index + 1].At : end) - begin.At))];
    }

    private static TimeSpan? FirstWord(IReadOnlyList<SerialLine> serial) => serial.Where(line => Kernel().IsMatch(line.Text)).Select(line => (TimeSpan?)line.At).FirstOrDefault();

    [GeneratedRegex("^BdsDxe: starting ", RegexOptions.None, 1000)]
    private static partial Regex Loader();

    [GeneratedRegex("Linux version |^EFI stub: ", RegexOptions.None, 1000)]
    private static partial Regex Kernel();

    [GeneratedRegex("Running in initrd|Welcome to .*[Ii]nit", RegexOptions.None, 1000)]
    private static partial Regex Initrd();

    [GeneratedRegex("Switching root|Switch Root", RegexOptions.None, 1000)]
    private static partial Regex System();
}
