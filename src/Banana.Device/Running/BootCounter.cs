// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text;
using Banana.Formats.Boot;

namespace Banana.Device.Running;

/// <summary>
/// What the boot loader said of the entry that it started, in a variable of the firmware: readable when nothing else of the machine is.
/// Source: The Boot Loader Interface, <c>LoaderBootCountPath</c>.
/// </summary>
public static class BootCounter
{
    private const string Variable = "LoaderBootCountPath-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f";
    private const int AttributesSize = 4;

    /// <summary>How many tries the running entry has left; 0 also when it is not counted, or nothing is known of it.</summary>
    /// <param name="folder">Where the firmware's variables are.</param>
    public static int TriesLeft(string folder = "/sys/firmware/efi/efivars")
    {
        try
        {
            var value = File.ReadAllBytes(Path.Combine(folder, Variable));
            var path = value.Length <= AttributesSize ? string.Empty : Encoding.Unicode.GetString(value, AttributesSize, value.Length - AttributesSize).TrimEnd('\0');
            return BootEntryName.TryParse(path[(path.LastIndexOf('\\') + 1)..], out var entry) ? entry.Left ?? 0 : 0;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
