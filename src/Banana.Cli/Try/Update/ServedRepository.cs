// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Net;
using Banana.Serving;
using Banana.Vm.Machine;

namespace Banana.Cli.Try.Update;

/// <summary>What devices see of a trial (<see cref="TrialRepository.Seen"/>), served to the virtual machines of this host, and what one of them has to know.</summary>
internal sealed class ServedRepository : IAsyncDisposable
{
    // QEMU's network leads to the host's loopback interface under this address.
    private const string Host = "10.0.2.2";
    private readonly RepositoryServer server;

    private ServedRepository(RepositoryServer server, byte[] root)
    {
        this.server = server;
        TrustedRoot = root;
    }

    /// <summary>The network of a machine that it can be reached from.</summary>
    public static MachineNetwork Network { get; } = new(Internet: true, []);

    /// <summary>The settings of such a machine (updates.json, docs/device.md). Nothing is installed in the background: a story tells when.</summary>
    public string Settings => $$"""{ "repository": "http://{{Host}}:{{new Uri(server.Address).Port}}/", "channel": "{{UpdateTrial.Channel}}", "automatic": "off" }""";

    /// <summary>Its root of trust.</summary>
    public ReadOnlyMemory<byte> TrustedRoot { get; }

    /// <summary>Serves it, until disposed.</summary>
    /// <param name="folder">The trial's folder.</param>
    /// <param name="cancellation">Stops the start.</param>
    public static async Task<ServedRepository> StartAsync(string folder, CancellationToken cancellation)
    {
        var seen = TrialRepository.Seen(folder);
        var root = await File.ReadAllBytesAsync(Path.Combine(seen, "metadata", "1.root.json"), cancellation);
        return new(await RepositoryServer.StartAsync(seen, new IPEndPoint(IPAddress.Loopback, 0), new ServerLimits(), cancellation), root);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => server.DisposeAsync();
}
