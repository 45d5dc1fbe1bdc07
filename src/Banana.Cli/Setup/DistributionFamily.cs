// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

namespace Banana.Cli.Setup;

/// <summary>Distributions that share their package names and package manager.</summary>
internal enum DistributionFamily
{
    /// <summary>One that we know no package names of.</summary>
    Unknown,

    /// <summary>Debian, Ubuntu and what is made from them.</summary>
    Debian,

    /// <summary>Arch and what is made from it.</summary>
    Arch,

    /// <summary>Fedora and what is made from it.</summary>
    Fedora,
}

/// <summary>Tells which family the host is of.</summary>
internal static class DistributionFamilies
{
    // os-release(5): the first that is there counts.
    private static readonly string[] Files = ["/etc/os-release", "/usr/lib/os-release"];

    /// <summary>The family of this machine.</summary>
    public static DistributionFamily OfHost()
    {
        var file = Files.FirstOrDefault(File.Exists);
        return file is null ? DistributionFamily.Unknown : Parse(File.ReadAllLines(file));
    }

    /// <summary>The family that the lines of os-release(5) tell: by ID, else by ID_LIKE, whose first word is the closest relative.</summary>
    public static DistributionFamily Parse(IEnumerable<string> osRelease)
    {
        var fields = osRelease
            .Select(line => line.Split('=', 2))
            .Where(parts => parts.Length == 2)
            .GroupBy(parts => parts[0].Trim(), parts => parts[1].Trim().Trim('"', '\''), StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Last(), StringComparer.Ordinal);
        return $"{fields.GetValueOrDefault("ID")} {fields.GetValueOrDefault("ID_LIKE")}"
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(OfId)
            .FirstOrDefault(family => family != DistributionFamily.Unknown);
    }

    private static DistributionFamily OfId(string id) => id switch
    {
        "debian" or "ubuntu" => DistributionFamily.Debian,
        "arch" => DistributionFamily.Arch,
        "fedora" or "rhel" => DistributionFamily.Fedora,
        _ => DistributionFamily.Unknown,
    };
}
