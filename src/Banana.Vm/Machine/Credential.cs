// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text;

namespace Banana.Vm.Machine;

/// <summary>
/// A value that the guest's systemd takes from its host (https://systemd.io/CREDENTIALS): a way to give a test to a machine
/// without a byte of it in the image, and without a network.
/// </summary>
/// <param name="Name">The name: letters, digits, dots, dashes and underscores ("systemd.extra-unit.probe.service").</param>
/// <param name="Value">The value.</param>
public sealed record Credential(string Name, ReadOnlyMemory<byte> Value)
{
    /// <summary>Larger values go by QEMU's configuration device: all SMBIOS tables together must stay below 64 KiB.</summary>
    private const int SmbiosLimit = 16 * 1024;

    /// <summary>A credential that is text.</summary>
    public static Credential Text(string name, string value) => new(name, Encoding.UTF8.GetBytes(value));

    /// <summary>
    /// The word of a kernel command line that brings the value: how a release is made to carry one. Of two of the same name, one from the host and one from here,
    /// systemd takes only one, whole.
    /// </summary>
    public string ToKernelWord() => $"systemd.set_credential_binary={Name}:{Convert.ToBase64String(Value.Span)}";

    /// <summary>
    /// Writes what QEMU reads into a file and returns the arguments that name it.
    /// Always by file: an argument would show the value to every user of the host.
    /// </summary>
    /// <param name="folder">A folder that only we can read.</param>
    /// <param name="number">Tells the files of a machine apart.</param>
    internal IReadOnlyList<string> Write(string folder, int number)
    {
        var file = Path.Combine(folder, $"credential-{number}");
        if (Value.Length > SmbiosLimit)
        {
            File.WriteAllBytes(file, Value.Span);
            return ["-fw_cfg", $"name=opt/io.systemd.credentials/{Name},file={QemuCommandLine.Escape(file)}"];
        }

        File.WriteAllText(file, $"io.systemd.credential.binary:{Name}={Convert.ToBase64String(Value.Span)}");
        return ["-smbios", $"type=11,path={QemuCommandLine.Escape(file)}"];
    }
}
