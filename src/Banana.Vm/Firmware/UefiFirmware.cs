// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Errors;

namespace Banana.Vm.Firmware;

/// <summary>The UEFI firmware of virtual machines (OVMF): two flash images.</summary>
/// <param name="Code">The firmware itself; never written.</param>
/// <param name="Variables">The empty store of UEFI variables; each machine gets a copy.</param>
public sealed record UefiFirmware(string Code, string Variables)
{
    /// <summary>Where distributions put it. The variants are without Secure Boot's enrolled keys, and 4 MiB before 2 MiB.</summary>
    private static readonly UefiFirmware[] KnownPlaces =
    [
        new("/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"), // Debian, Ubuntu
        new("/usr/share/edk2/x64/OVMF_CODE.4m.fd", "/usr/share/edk2/x64/OVMF_VARS.4m.fd"), // Arch
        new("/usr/share/edk2/ovmf/OVMF_CODE.fd", "/usr/share/edk2/ovmf/OVMF_VARS.fd"), // Fedora
        new("/usr/share/qemu/ovmf-x86_64-4m-code.bin", "/usr/share/qemu/ovmf-x86_64-4m-vars.bin"), // openSUSE
        new("/usr/share/OVMF/OVMF_CODE.fd", "/usr/share/OVMF/OVMF_VARS.fd"), // Debian before 13, Fedora's link
    ];

    /// <summary>Finds the firmware that is installed.</summary>
    /// <param name="root">The root of the file system to look in.</param>
    /// <exception cref="BananaException">None of the known places has it.</exception>
    public static UefiFirmware Find(string root = "/")
    {
        var places = KnownPlaces.Select(place => new UefiFirmware(root.TrimEnd('/') + place.Code, root.TrimEnd('/') + place.Variables));
        return places.FirstOrDefault(place => File.Exists(place.Code) && File.Exists(place.Variables))
            ?? throw new BananaException(ExitCode.MissingTool, "no UEFI firmware for virtual machines (OVMF) is installed", next: "install 'ovmf' (Debian), 'edk2-ovmf' (Arch, Fedora) or 'qemu-ovmf-x86_64' (openSUSE)");
    }
}
