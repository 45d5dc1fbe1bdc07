// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Tuf;
using Banana.Tuf.CommandLine;

// The client of the public tuf-conformance suite (CLIENT-CLI.md there): exit code 0 when all went well, else 1.
// This is the one place of the program that writes to the console.
#pragma warning disable RS0030
using var interrupted = new CancellationTokenSource();
Console.CancelKeyPress += (_, press) =>
{
    press.Cancel = true;
    interrupted.Cancel();
};
try
{
    var arguments = ClientArguments.Parse(args);
    Console.Out.WriteLine(await ClientCommands.RunAsync(arguments, interrupted.Token));
    return 0;
}
catch (Exception error) when (error is TufException or UsageException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"banana-tuf: {error.Message}");
    return 1;
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine("banana-tuf: interrupted; what was trusted before stays so");
    return 1;
}
