// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Vm.Machine;

/// <summary>A QEMU to run machines with.</summary>
/// <param name="Words">The words that start it; its arguments follow.</param>
/// <param name="Description">Where it is from, for people.</param>
public sealed record QemuInstallation(IReadOnlyList<string> Words, string Description)
{
    /// <summary>The first version whose emulation can be trusted with more than one processor.</summary>
    /// <remarks>
    /// Before it, a processor could translate code that another one was changing in that moment, and keep the breakpoint that Linux puts
    /// there meanwhile (text_poke): the guest's kernel then dies of "Oops: int3", about once in fifty boots. QEMU 8.1 holds the page's lock
    /// while it translates (accel/tcg: "Always lock pages before translation").
    /// </remarks>
    public static Version FirstSound { get; } = new(8, 1);

    /// <summary>That of the host.</summary>
    public static QemuInstallation Host { get; } = new([QemuCommandLine.Program], "the host's QEMU");

    /// <summary>That of a tree, run by the tree's own loader and libraries, so that it sees files and sockets as the host's would.</summary>
    /// <param name="root">The tree (a workbench of Debian).</param>
    public static QemuInstallation OfTree(string root)
    {
        var libraries = $"{root}/usr/lib/x86_64-linux-gnu";
        return new(
            [
                "env", $"QEMU_MODULE_DIR={libraries}/qemu",
                $"{root}/usr/lib64/ld-linux-x86-64.so.2", "--library-path", $"{libraries}:{libraries}/systemd", "--argv0", QemuCommandLine.Program,
                $"{root}/usr/bin/{QemuCommandLine.Program}", "-L", $"{root}/usr/share/qemu", "-L", $"{root}/usr/share/seabios",
            ],
            $"QEMU of {root}");
    }
}
