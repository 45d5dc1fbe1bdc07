// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.CommandLine;

namespace Banana.Cli.Keys;

/// <summary><c>banana keys</c>: the keys that releases are trusted by (docs/trust.md).</summary>
internal static class KeysCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new Command("keys", "Make, rotate and show the keys that releases are trusted by, and sign with them on another machine");
        command.Subcommands.Add(MakeKeys.Create());
        command.Subcommands.Add(RotateKey.Create());
        command.Subcommands.Add(SignRequest.Create());
        command.Subcommands.Add(ShowKeys.Create());
        return command;
    }

    /// <summary>The option of all commands that read or write private keys.</summary>
    public static Option<string?> PassphraseFile() => new("--passphrase-file") { Description = "The file whose first line is the passphrase of the private keys" };
}
