// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text;

namespace Banana.Device.Boots;

/// <summary>
/// The menu of the boot loader, which is hidden: after a boot that was not good it is shown once, for a person who may be there. It decides nothing: when
/// nobody presses a key, the boot loader starts what it would have started without it.
/// Source: The Boot Loader Interface, <c>LoaderConfigTimeoutOneShot</c>; systemd-boot removes the variable when it has read it.
/// </summary>
public static class BootMenu
{
    /// <summary>How long it is shown, in seconds.</summary>
    public const int Seconds = 10;

    private const string Variable = "LoaderConfigTimeoutOneShot-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f";

    // EFI_VARIABLE_NON_VOLATILE, _BOOTSERVICE_ACCESS, _RUNTIME_ACCESS (UEFI 2.10, 8.2): it has to outlive the restart.
    private const byte Attributes = 7;

    /// <summary>Asks for it at the next start. A firmware that does not take it, or has been asked already, is no error: it is a courtesy.</summary>
    /// <param name="folder">Where the firmware's variables are.</param>
    /// <returns>Whether it was asked for.</returns>
    public static bool ShowOnce(string folder = "/sys/firmware/efi/efivars")
    {
        try
        {
            // The kernel takes attributes and value in one write (kernel documentation, "efivarfs"); one that is there already cannot be opened again.
            using var file = File.OpenHandle(Path.Combine(folder, Variable), FileMode.CreateNew, FileAccess.Write);
            RandomAccess.Write(file, [Attributes, 0, 0, 0, .. Encoding.Unicode.GetBytes($"{Seconds}\0")], 0);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
