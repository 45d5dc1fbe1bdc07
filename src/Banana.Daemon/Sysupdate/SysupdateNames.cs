// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

namespace Banana.Daemon.Sysupdate;

/// <summary>The names of <c>org.freedesktop.sysupdate1</c> (org.freedesktop.sysupdate1(5) of systemd 262).</summary>
internal static class SysupdateNames
{
    /// <summary>The name on the bus.</summary>
    public const string Service = "org.freedesktop.sysupdate1";

    /// <summary>The object of the manager.</summary>
    public const string ManagerPath = "/org/freedesktop/sysupdate1";

    /// <summary>The object of the one target, the system itself.</summary>
    public const string TargetPath = ManagerPath + "/target/host";

    /// <summary>The interface of the manager.</summary>
    public const string Manager = Service + ".Manager";

    /// <summary>The interface of a target.</summary>
    public const string Target = Service + ".Target";

    /// <summary>The interface of a job.</summary>
    public const string Job = Service + ".Job";

    /// <summary>There is nothing to do.</summary>
    public const string NoCandidate = Service + ".NoCandidate";

    /// <summary>The class and the name of the target.</summary>
    public const string Host = "host";

    /// <summary>The path of a job.</summary>
    public static string JobPath(uint number) => $"{ManagerPath}/job/_{number}";

    /// <summary>The action that polkit is asked for (os/overlay/device, org.freedesktop.sysupdate1.policy).</summary>
    public static string Action(string name) => $"{Service}.{name}";
}
