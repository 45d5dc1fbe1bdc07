// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

namespace Banana.Tests.Integration.Tools;

/// <summary>Looks at the processes of this machine.</summary>
internal static class Processes
{
    /// <summary>The command lines that fit; ours is left out. Those that are just ending get a moment for it.</summary>
    public static IReadOnlyList<string> That(Func<string, bool> fits)
    {
        List<string> found = [];
        for (var tries = 0; tries < 50; tries++)
        {
            found = [.. Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0]) && Path.GetFileName(path) != Environment.ProcessId.ToString()).Select(CommandLine).Where(fits)];
            if (found.Count == 0)
            {
                break;
            }

            Thread.Sleep(100);
        }

        return found;
    }

    private static string CommandLine(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline")).Replace('\0', ' ');
        }
        catch (IOException)
        {
            return string.Empty; // It ended in the meantime.
        }
    }
}
