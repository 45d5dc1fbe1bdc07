// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Globalization;

namespace Banana.Device.Running;

/// <summary>Whether the machine runs on batteries. Source: the kernel's sysfs-class-power.</summary>
/// <param name="IsPluggedIn">Whether it is plugged in, or has no battery at all.</param>
/// <param name="Percent">What is left in the batteries together; 100 without any.</param>
public sealed record PowerSupply(bool IsPluggedIn, int Percent)
{
    /// <summary>Reads it.</summary>
    /// <param name="folder">The class's folder.</param>
    public static PowerSupply Read(string folder = "/sys/class/power_supply")
    {
        if (!Directory.Exists(folder))
        {
            return new(true, 100);
        }

        var supplies = Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal).ToList();

        // The battery of a mouse ("Device") says nothing about the machine.
        var batteries = supplies.Where(supply => Text(supply, "type") == "Battery" && Text(supply, "scope") != "Device" && Text(supply, "present") != "0").ToList();
        var levels = batteries.Select(battery => int.TryParse(Text(battery, "capacity"), NumberStyles.None, CultureInfo.InvariantCulture, out var percent) ? percent : (int?)null).OfType<int>().ToList();
        var pluggedIn = supplies.Exists(supply => Text(supply, "type") is "Mains" or "USB" && Text(supply, "online") == "1")
            || (batteries.Count > 0 && batteries.TrueForAll(battery => Text(battery, "status") is "Charging" or "Full" or "Not charging"));
        return new(batteries.Count == 0 || pluggedIn, levels.Count == 0 ? 100 : (int)levels.Average());
    }

    private static string? Text(string supply, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(supply, file)).Trim();
        }
        catch (IOException)
        {
            return null; // A field that this supply does not have, or one that was just taken away.
        }
    }
}
