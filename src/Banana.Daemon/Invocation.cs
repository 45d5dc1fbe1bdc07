// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text;

namespace Banana.Daemon;

/// <summary>How this process was started.</summary>
internal static class Invocation
{
    /// <summary>The name that it was called by (argv[0]); .NET itself only knows the file that a link leads to.</summary>
    public static string Name()
    {
        var line = File.ReadAllBytes("/proc/self/cmdline");
        var end = Array.IndexOf(line, (byte)0);
        return Encoding.UTF8.GetString(line, 0, end < 0 ? line.Length : end);
    }
}
