// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Cli.Setup;
using Banana.Cli.Workbenches;
using Banana.Foundation.Processes;
using Banana.Foundation.Progress;
using Banana.Workbenches;

namespace Banana.Tests.Integration.Tools;

/// <summary>The one way of these tests to the programs of others that read what we write (desync, casync, python-tuf, systemd-sysupdate, …).</summary>
internal static class PeerTools
{
    private static readonly Lazy<Task<Workbench>> Made = new(MakeAsync);

    /// <summary>The workbench, in the cache that all tests share; made by the first test that asks for it.</summary>
    public static Task<Workbench> WorkbenchAsync() => Made.Value;

    /// <summary>Runs a peer that sees one folder of the host, at the same path.</summary>
    public static async Task<CommandResult> RunAsync(string folder, string program, IEnumerable<string> arguments, CancellationToken cancellation) =>
        await (await WorkbenchAsync()).Enter(new Bind(folder)).RunAsync(Command.Of(program, arguments), cancellation);

    private static async Task<Workbench> MakeAsync()
    {
        using var environment = new MakerEnvironment(Checkout.Find(), SilentProgress.Instance);
        return await environment.WorkbenchAsync("peers", environment.HostContext, CancellationToken.None);
    }
}
