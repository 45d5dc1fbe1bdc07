// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.CommandLine;
using Banana.Cli;
using Banana.Cli.Build;
using Banana.Cli.Diff;
using Banana.Cli.Help;
using Banana.Cli.Locking;
using Banana.Cli.Setup;
using Banana.Cli.Terminal;
using Banana.Cli.Testing;
using Banana.Cli.Try;
using Banana.Cli.Vm;
using Banana.Cli.Workbenches;
using Banana.Definition;

var root = RootHelp.CreateRoot(
    "Banana makes, tests and releases an image-based KDE operating system.",
    new CommandGroup("Make the operating system", TryCommand.Create(), BuildCommand.Create(), VmCommand.Create(), DiffCommand.Create(), LockCommand.Create(Environment, Editions)),
    new CommandGroup("Work on Banana itself", TestCommand.Create(), SetupCommand.Create(), WorkbenchCommand.Create(Environment)));
return await CommandHost.InvokeAsync(root, args);

static MakerEnvironment Environment(ParseResult parsed)
{
    var checkout = Checkout.Find();
    return new MakerEnvironment(checkout.DefinitionFolder, checkout.ReadLocalConfiguration(), new TerminalProgress(parsed.GetValue(CommandHost.Verbose)));
}

static IReadOnlyList<Banana.Definition.Model.Edition> Editions(IReadOnlyList<string> names)
{
    var definition = DefinitionLoader.Load(Checkout.Find().DefinitionFolder);
    return [.. (names.Count > 0 ? names : [.. definition.Editions.Keys.Order(StringComparer.Ordinal)]).Select(name => EditionResolver.Resolve(definition, name))];
}
