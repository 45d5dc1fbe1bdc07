// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.CommandLine;
using Banana.Cli;
using Banana.Cli.Testing;
using Banana.Cli.Vm;

var root = new RootCommand("Banana makes, tests and releases an image-based KDE operating system.")
{
    TestCommand.Create(),
    VmCommand.Create(),
};
root.Options.Add(CommandHost.Verbose);
return await CommandHost.InvokeAsync(root, args);
