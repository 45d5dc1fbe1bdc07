// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.CommandLine;
using Banana.Cli;
using Banana.Cli.Diff;
using Banana.Cli.Testing;

var root = new RootCommand("Banana makes, tests and releases an image-based KDE operating system.")
{
    DiffCommand.Create(),
    TestCommand.Create(),
};
root.Options.Add(CommandHost.Verbose);
return await CommandHost.InvokeAsync(root, args);
