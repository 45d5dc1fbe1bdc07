// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Cli;
using Banana.Cli.Bench;
using Banana.Cli.Build;
using Banana.Cli.Diff;
using Banana.Cli.Help;
using Banana.Cli.Keys;
using Banana.Cli.Locking;
using Banana.Cli.Qa;
using Banana.Cli.Releasing;
using Banana.Cli.Serve;
using Banana.Cli.Setup;
using Banana.Cli.Testing;
using Banana.Cli.Try;
using Banana.Cli.Vm;
using Banana.Cli.Workbenches;

// The launcher's setting is for this program; compilers and tests that it starts do better with their own.
Environment.SetEnvironmentVariable("DOTNET_GCgen0size", null);

var root = RootHelp.CreateRoot(
    "Banana makes, tests and releases an image-based KDE operating system.",
    new CommandGroup("Make the operating system", TryCommand.Create(), BuildCommand.Create(), VmCommand.Create(), QaCommand.Create(), DiffCommand.Create(), LockCommand.Create()),
    new CommandGroup("Release it", PublishCommand.Create(), RepositoryCommands.Promote(), RepositoryCommands.Withdraw(), RepositoryCommands.Prune(), RepositoryCommands.Verify(), ServeCommand.Create(), KeysCommand.Create()),
    new CommandGroup("Work on Banana itself", TestCommand.Create(), BenchCommand.Create(), SetupCommand.Create(), WorkbenchCommand.Create()));
return await CommandHost.InvokeAsync(root, args);
