// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

namespace Banana.Daemon;

/// <summary>What the service tells: its unit sends it to the journal.</summary>
internal static class Journal
{
    /// <summary>Writes a line.</summary>
#pragma warning disable RS0030 // the one place
    public static void Write(string line) => Console.Error.WriteLine(line);
#pragma warning restore RS0030
}
