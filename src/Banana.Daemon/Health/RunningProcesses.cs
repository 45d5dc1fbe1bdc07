// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Globalization;
using Banana.Foundation.Files;

namespace Banana.Daemon.Health;

/// <summary>The processes that run (proc_pid_stat(5)).</summary>
/// <param name="root">The root of the file system.</param>
internal sealed class RunningProcesses(string root)
{
    /// <summary>USER_HZ, the unit of times in /proc; 100 on every architecture that we have.</summary>
    private const double TicksPerSecond = 100;

    /// <summary>Fields of <c>stat</c> counted from behind the name, which may hold anything.</summary>
    private const int StartTime = 19;

    /// <summary>How long the oldest process of a name and a user has run.</summary>
    /// <param name="name">Its name, as the kernel has it: at most 15 characters.</param>
    /// <param name="user">The number of the user.</param>
    /// <returns>Null: there is none.</returns>
    public TimeSpan? LongestLife(string name, uint user)
    {
        var uptime = double.Parse(File.ReadAllText(Path.Combine(root, "proc/uptime")).Split(' ')[0], CultureInfo.InvariantCulture);
        TimeSpan? longest = null;
        foreach (var folder in Directory.EnumerateDirectories(Path.Combine(root, "proc")).Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0])))
        {
            try
            {
                if (UnixFile.Stat(folder).Owner == user && File.ReadAllText(Path.Combine(folder, "comm")).TrimEnd('\n') == name)
                {
                    var stat = File.ReadAllText(Path.Combine(folder, "stat"));
                    var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                    var life = TimeSpan.FromSeconds(uptime - (long.Parse(fields[StartTime], CultureInfo.InvariantCulture) / TicksPerSecond));
                    longest = longest is { } known && known > life ? known : life;
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // It ended while we looked.
            }
        }

        return longest;
    }
}
