// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Runtime.InteropServices;

namespace Banana.Cli.Setup;

/// <summary>Something that the host must have.</summary>
/// <param name="For">What it is needed for.</param>
/// <param name="Reason">What it does for us, as people read it.</param>
/// <param name="AnyOf">What shows that it is there, one is enough: a program in PATH ("bwrap"), a file ("/usr/…"), or a shared library ("libzstd.so.1").</param>
/// <param name="Debian">Its package in Debian and Ubuntu.</param>
/// <param name="Arch">Its package in Arch.</param>
/// <param name="Fedora">Its package in Fedora.</param>
internal sealed record HostPackage(Need For, string Reason, IReadOnlyList<string> AnyOf, string Debian, string Arch, string Fedora)
{
    // Programs of the administrator are not in everybody's PATH.
    private static readonly string[] MorePath = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

    /// <summary>All that the host must have. Everything else comes from the workbench, so that the host's versions do not matter.</summary>
    public static IReadOnlyList<HostPackage> All { get; } =
    [
        new(Need.Inspect, "unpacks zstd", ["libzstd.so.1"], "libzstd1", "zstd", "libzstd"),
        new(Need.Inspect, "unpacks lz4", ["liblz4.so.1"], "liblz4-1", "lz4", "lz4-libs"),
        new(Need.Build, "runs the build's programs in namespaces of their own", ["bwrap"], "bubblewrap", "bubblewrap", "bubblewrap"),
        new(Need.Build, "mounts file systems", ["mount"], "mount", "util-linux", "util-linux"),
        new(Need.Build, "unpacks Debian's packages for the workbench", ["dpkg-deb"], "dpkg", "dpkg", "dpkg"),
        new(Need.Build, "chooses Debian's packages for the workbench", ["apt-get"], "apt", "apt", "apt"),
        new(Need.Build, "verifies the signatures of mirrors", ["gpgv", "sqv"], "gpgv", "gnupg", "gnupg2"),
        new(Need.Vm, "runs virtual machines", ["qemu-system-x86_64"], "qemu-system-x86", "qemu-system-x86", "qemu-system-x86-core"),
        new(Need.Vm, "makes disks for virtual machines", ["qemu-img"], "qemu-utils", "qemu-img", "qemu-img"),
        new(Need.Vm, "is the firmware of virtual machines",
            ["/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/edk2/x64/OVMF_CODE.4m.fd", "/usr/share/edk2/ovmf/OVMF_CODE_4M.qcow2", "/usr/share/edk2/ovmf/OVMF_CODE.fd"],
            "ovmf", "edk2-ovmf", "edk2-ovmf"),
        new(Need.Bus, "talks on message buses", ["libsystemd.so.0"], "libsystemd0", "systemd-libs", "systemd-libs"),
        new(Need.Bus, "is the message bus of tests", ["dbus-daemon"], "dbus-daemon", "dbus", "dbus-daemon"),
        new(Need.Bus, "listens to message buses in tests", ["dbus-monitor"], "dbus-bin", "dbus", "dbus-tools"),
        new(Need.Bus, "talks to our services in tests", ["busctl"], "systemd", "systemd", "systemd"),
        new(Need.Bus, "is another user in tests", ["setpriv"], "util-linux", "util-linux", "util-linux"),
        new(Need.Bus, "says in tests who may do what", ["/usr/lib/polkit-1/polkitd", "/usr/libexec/polkitd"], "polkitd", "polkit", "polkit"),
        new(Need.Bus, "makes accounts in tests", ["useradd"], "passwd", "shadow", "shadow-utils"),
        new(Need.Bus, "writes catalogs of translations for tests", ["msgfmt"], "gettext", "gettext", "gettext"),
    ];

    /// <summary>Its name in a family of distributions.</summary>
    public string NameIn(DistributionFamily family) => family switch
    {
        DistributionFamily.Debian => Debian,
        DistributionFamily.Arch => Arch,
        DistributionFamily.Fedora => Fedora,
        _ => Debian,
    };

    /// <summary>Whether it is there. Looks at files only, so that it costs nothing to ask at each start.</summary>
    public bool IsPresent() => AnyOf.Any(IsPresent);

    /// <summary>The path of a program, or null where there is none.</summary>
    public static string? FindProgram(string name)
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':', StringSplitOptions.RemoveEmptyEntries);
        return path.Concat(MorePath).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
    }

    private static bool IsPresent(string thing)
    {
        if (thing.StartsWith('/'))
        {
            return File.Exists(thing);
        }

        if (thing.Contains(".so", StringComparison.Ordinal))
        {
            return NativeLibrary.TryLoad(thing, out _);
        }

        return FindProgram(thing) is not null;
    }
}
