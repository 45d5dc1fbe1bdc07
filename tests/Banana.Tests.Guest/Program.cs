// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Tests.Guest;

// banana-tests-guest MEDIA DISK: plays all scenarios on this machine's own disk. The last line says how it ended.
try
{
    await new Scenarios(args[0], args[1]).RunAsync();
    Console.WriteLine("BANANA-CRASH done");
    return 0;
}
#pragma warning disable CA1031 // whatever it is has to reach the host
catch (Exception error)
#pragma warning restore CA1031
{
    Console.WriteLine($"BANANA-CRASH failed: {error.ToString().ReplaceLineEndings(" | ")}");
    return 1;
}
