// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Foundation.Processes;

namespace Banana.Tests.Integration.Tools;

/// <summary>The one way of these tests to the tools of the workbench (mkfs.erofs 1.9, systemd 262, …).</summary>
internal static class WorkbenchTools
{
    /// <summary>The tree with the tools: a Debian forky.</summary>
    public static string Root { get; } = Environment.GetEnvironmentVariable("BANANA_TEST_WORKBENCH") ?? "/tmp/p/wb";

    /// <summary>Runs a program of the workbench that sees one folder of the host (which must lie below /tmp), at the same path.</summary>
    public static Task<CommandResult> RunAsync(string folder, string program, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        Assert.True(Directory.Exists(Root), $"there is no workbench at {Root}; BANANA_TEST_WORKBENCH names another place");
        var sandbox = new Sandbox(new ProcessRunner(), Root, writableRoot: false, [new Bind(folder)]);
        return sandbox.RunAsync(Command.Of(program, arguments), cancellation);
    }
}
