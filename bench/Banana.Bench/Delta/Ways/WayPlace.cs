// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bench.Delta.Pairs;
using Banana.Bench.Measuring;
using Banana.Foundation.Errors;
using Banana.Foundation.Files;
using Banana.Foundation.Hashing;
using Banana.Foundation.Processes;
using Banana.Workbenches;

namespace Banana.Bench.Delta.Ways;

/// <summary>Where a way is measured: a folder of its own, a server, and the peers.</summary>
/// <param name="Folder">An empty folder; deleted afterwards.</param>
/// <param name="Peers">The workbench with the peers' programs.</param>
/// <param name="Measurer">Runs programs.</param>
/// <param name="Server">Serves <see cref="Repository"/>.</param>
internal sealed record WayPlace(string Folder, Workbench Peers, Measurer Measurer, CountingServer Server)
{
    /// <summary>What devices can download.</summary>
    public string Repository => RepositoryOf(Folder);

    /// <summary>The new image as the device makes it.</summary>
    public string Output => Path.Combine(Folder, "device", "new.erofs");

    /// <summary>The repository of a place.</summary>
    public static string RepositoryOf(string folder) => Path.Combine(folder, "repository");

    /// <summary>Runs a peer's program, which sees the place, the pair and the network, and measures it.</summary>
    /// <param name="pair">The pair; it is only read.</param>
    /// <param name="name">What is done, for people and the name of the log.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <param name="words">The program and its arguments.</param>
    public async Task<Measurement> RunAsync(Pair pair, string name, CancellationToken cancellation, params string[] words)
    {
        var sandbox = Peers.Enter(new Bind(Folder), new Bind(pair.Folder, Writable: false)).WithNetwork();
        var (_, cost) = await Measurer.RunAsync($"delta {pair.Name} {name}", sandbox.Wrap(Command.Of(words[0], words[1..])), cancellation);
        return cost;
    }

    /// <summary>Runs what the device does, and makes the row of the table. The result must be the new image, bit for bit.</summary>
    /// <param name="pair">The pair.</param>
    /// <param name="layout">The layout of the images.</param>
    /// <param name="name">The way.</param>
    /// <param name="publish">What the publisher spent.</param>
    /// <param name="device">Downloads to <see cref="Output"/>.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<WayResult> FetchAsync(Pair pair, ErofsLayout layout, string name, IReadOnlyList<Measurement> publish, Func<Task<Measurement>> device, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Output)!);
        Server.Reset();
        var cost = await device();
        var wanted = pair.New(layout);
        if (await Sha256Digest.OfFileAsync(Output, cancellation) != await Sha256Digest.OfFileAsync(wanted, cancellation))
        {
            throw new BananaException(ExitCode.Defect, $"{name} did not make the new image", where: Output);
        }

        return new WayResult(name, new FileInfo(wanted).Length, Server.Bytes, Server.Requests, cost, publish);
    }

    /// <summary>Puts a file into the repository without copying it.</summary>
    public void Offer(string file, string name)
    {
        Directory.CreateDirectory(Repository);
        UnixFile.HardLink(file, Path.Combine(Repository, name));
    }
}
