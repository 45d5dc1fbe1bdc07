// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Files;

namespace Banana.Bases.Files;

/// <summary>Takes out of a fresh tree what belongs to the moment or the machine of its installation.</summary>
internal static class TreeNormalizer
{
    private static readonly string[] Leftovers =
    [
        "etc/machine-id", // made at random; the first boot makes the device's own
        "etc/passwd-", "etc/group-", "etc/shadow-", "etc/gshadow-", "etc/subuid-", "etc/subgid-", // copies of before the last change
        "etc/.pwd.lock", // a lock of nobody
        "var/cache/debconf/config.dat-old", "var/cache/debconf/templates.dat-old",
        "var/cache/ldconfig/aux-cache", // inode numbers and times of the machine that ran ldconfig
        "var/lib/dbus/machine-id",
        "var/lib/dpkg/diversions-old", "var/lib/dpkg/lock", "var/lib/dpkg/lock-frontend", "var/lib/dpkg/status-old", "var/lib/dpkg/statoverride-old", "var/lib/dpkg/triggers/Lock",
        "var/lib/systemd/random-seed",
        "var/log/alternatives.log", "var/log/bootstrap.log", "var/log/dpkg.log", "var/log/fontconfig.log", // dated
    ];

    /// <summary>Removes the leftovers, and dates nothing later than the epoch.</summary>
    public static void Normalize(string tree, long epoch)
    {
        foreach (var leftover in Leftovers)
        {
            var path = Path.Combine(tree, leftover);
            if (UnixFile.Exists(path))
            {
                File.Delete(path);
            }
        }

        ClampTimes(tree, DateTimeOffset.FromUnixTimeSeconds(epoch).UtcDateTime);
    }

    private static void ClampTimes(string tree, DateTime latest)
    {
        foreach (var entry in TreeWalk.Below(tree).Append(new DirectoryInfo(tree)))
        {
            if (entry.LastWriteTimeUtc > latest)
            {
                entry.LastWriteTimeUtc = latest;
            }
        }
    }
}
