// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Globalization;
using Banana.Foundation.Errors;

namespace Banana.Vm.Health;

/// <summary>
/// Reads what the probe printed.
/// <code>
/// state=degraded
/// failed=foo.service
/// failed-log=foo.service Failed to open /dev/bar
/// manager=UserspaceTimestampMonotonic=8123456
/// mount=/usr /dev/mapper/usr erofs 188743680 188743680 ro,relatime
/// dm=usr CRYPT-VERITY-1b2c…-usr
/// verity=  status:  verified
/// unit=Id=systemd-udev-trigger.service
/// unit=InactiveExitTimestampMonotonic=4194631
/// unit=ActiveEnterTimestampMonotonic=6123880
/// unit=
/// memory=MemTotal:  2029532 kB
/// </code>
/// </summary>
internal static class HealthParser
{
    private const string VerityPrefix = "CRYPT-VERITY-";

    private const int SlowestUnits = 8;

    private static readonly string[] Places = ["/", "/usr", "/etc", "/var", "/home", "/efi", "/boot"];

    /// <summary>Makes a report of the lines between the markers.</summary>
    public static HealthReport Parse(IReadOnlyList<string> lines)
    {
        var values = lines
            .Select(line => line.Split('=', 2))
            .Where(pair => pair.Length == 2)
            .ToLookup(pair => pair[0], pair => pair[1].Trim(), StringComparer.Ordinal);
        var commandLine = One("cmdline");
        var memory = values["memory"].Select(Words).ToDictionary(words => words[0].TrimEnd(':'), words => Number(words.ElementAtOrDefault(1)) * 1024, StringComparer.Ordinal);
        var logs = values["failed-log"].Select(line => line.Split(' ', 2)).ToLookup(pair => pair[0], pair => pair.ElementAtOrDefault(1) ?? string.Empty, StringComparer.Ordinal);
        return new HealthReport
        {
            Os = Fields(values["os"]).ToDictionary(field => field.Key, field => field.Value.Trim('"', '\''), StringComparer.Ordinal),
            Kernel = One("kernel"),
            Systemd = One("systemd"),
            State = One("state"),
            Jobs = [.. values["job"]],
            FailedUnits = [.. values["failed"].Select(unit => new FailedUnit(unit, [.. logs[unit]]))],
            Mounts = Mounts(values["mount"]),
            Writable = [.. values["writable"]],
            CommandLine = commandLine,
            Verity = Verity(values["dm"], values["verity"], commandLine),
            Times = Times(Fields(values["manager"]).ToDictionary(field => field.Key, field => Number(field.Value), StringComparer.Ordinal)),
            Slowest = Slowest(values["unit"]),
            MemoryTotal = memory.GetValueOrDefault("MemTotal"),
            MemoryAvailable = memory.GetValueOrDefault("MemAvailable"),
            Loader = One("loader"),
            Entry = One("entry"),
            CountPath = One("count-path"),
            Bless = One("bless"),
            EntryFiles = [.. values["entry-file"]],
            Errors = [.. values["error"]],
            Uptime = Seconds(One("uptime")),
        };

        string One(string key) => values[key].FirstOrDefault() ?? string.Empty;
    }

    /// <summary>Checks that no line was lost on the way.</summary>
    /// <exception cref="BananaException">There are more or fewer lines than the guest counted.</exception>
    public static void CheckComplete(IReadOnlyList<string> lines, string endLine)
    {
        var count = Number(endLine[HealthProbe.End.Length..].Trim());
        if (count != lines.Count)
        {
            throw new BananaException(ExitCode.Unhealthy, $"the health report is incomplete: {lines.Count} of {count} lines came", next: "run the same command again");
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> Fields(IEnumerable<string> lines) =>
        from line in lines
        let pair = line.Split('=', 2)
        where pair.Length == 2
        group pair[1] by pair[0] into field
        select KeyValuePair.Create(field.Key, field.Last());

    private static Dictionary<string, Mount> Mounts(IEnumerable<string> lines)
    {
        var mounted = lines.Select(Words).Where(words => words.Length == 6 && words[2] != "autofs")
            .Select(words => new Mount(words[0], words[1], words[2], Number(words[3]), Number(words[4]), words[5])).ToList();
        var mounts = new Dictionary<string, Mount>(StringComparer.Ordinal);
        foreach (var place in Places)
        {
            // The deepest mount that holds the place; of several that lie over each other the last is what a program sees.
            if (mounted.Where(mount => Holds(mount.Target, place)).OrderBy(mount => mount.Target.Length).LastOrDefault() is { } mount)
            {
                mounts[place] = mount;
            }
        }

        return mounts;
    }

    private static bool Holds(string target, string place) => target == "/" || place == target || place.StartsWith(target + "/", StringComparison.Ordinal);

    /// <summary>The units by the time between the start of their start and its end; blocks of properties with an empty line between them.</summary>
    private static List<UnitTime> Slowest(IEnumerable<string> lines)
    {
        var units = new List<UnitTime>();
        var block = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in lines.Append(string.Empty))
        {
            if (line.Split('=', 2) is [var key, var value])
            {
                block[key] = value;
                continue;
            }

            var took = Number(block.GetValueOrDefault("ActiveEnterTimestampMonotonic")) - Number(block.GetValueOrDefault("InactiveExitTimestampMonotonic"));
            if (took > 0 && block.TryGetValue("Id", out var id))
            {
                units.Add(new UnitTime(id, TimeSpan.FromMicroseconds(took)));
            }

            block.Clear();
        }

        return [.. units.OrderByDescending(unit => unit.Time).Take(SlowestUnits)];
    }

    private static VerityDevice? Verity(IEnumerable<string> devices, IEnumerable<string> status, string commandLine)
    {
        var device = devices.Select(Words).FirstOrDefault(words => words.Length == 2 && words[1].StartsWith(VerityPrefix, StringComparison.Ordinal));
        if (device is null)
        {
            return null;
        }

        var said = status.Select(line => line.Split(':', 2)).FirstOrDefault(pair => pair.Length == 2 && pair[0].Trim() == "status")?[1].Trim();
        var hash = Words(commandLine).LastOrDefault(word => word.StartsWith("usrhash=", StringComparison.Ordinal))?["usrhash=".Length..];
        return new VerityDevice(device[0], said ?? string.Empty, hash ?? string.Empty);
    }

    /// <summary>The marks of the manager in microseconds. Those of firmware and loader count backwards from the start of the kernel, the others forwards.</summary>
    private static BootTimes Times(Dictionary<string, long> marks)
    {
        var firmware = Mark("Firmware");
        var loader = Mark("Loader");
        var initrd = Mark("InitRD");
        var userspace = Mark("Userspace");
        var finish = Mark("Finish");
        return new BootTimes(firmware - loader, loader, initrd ?? userspace, userspace - initrd, finish - userspace);

        TimeSpan? Mark(string name) => marks.GetValueOrDefault(name + "TimestampMonotonic") is var value and > 0 ? TimeSpan.FromMicroseconds(value) : null;
    }

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static long Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static TimeSpan Seconds(string uptime) =>
        double.TryParse(uptime.Split(' ')[0], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds) : default;
}
