// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Tuf.Client;
using Banana.Tuf.Transport;

namespace Banana.Tuf.CommandLine;

/// <summary>The commands <c>init</c>, <c>refresh</c> and <c>download</c>.</summary>
internal static class ClientCommands
{
    /// <summary>Runs a command and returns the line that says what was done.</summary>
    public static async Task<string> RunAsync(ClientArguments arguments, CancellationToken cancellation) => arguments.Command switch
    {
        "help" => ClientArguments.Help,
        "init" => Initialize(arguments),
        "refresh" => await RefreshAsync(arguments, cancellation),
        "download" => await DownloadAsync(arguments, cancellation),
        _ => throw new UsageException($"there is no command {arguments.Command}; see 'banana-tuf --help'"),
    };

    private static string Initialize(ClientArguments arguments)
    {
        var folder = arguments.Required("--metadata-dir");
        Directory.CreateDirectory(folder);
        TufClient.Initialize(new FolderTrustedStore(folder), File.ReadAllBytes(arguments.Argument!));
        return $"{folder} trusts the root of {arguments.Argument}";
    }

    private static async Task<string> RefreshAsync(ClientArguments arguments, CancellationToken cancellation)
    {
        using var metadata = new HttpTransport(arguments.Address("--metadata-url"));
        var client = Open(arguments, metadata);
        await client.RefreshAsync(cancellation);
        return $"up to date: root {client.Root!.Version}, timestamp {client.Timestamp!.Version}, snapshot {client.Timestamp.Snapshot.Version}";
    }

    private static async Task<string> DownloadAsync(ClientArguments arguments, CancellationToken cancellation)
    {
        var name = arguments.Required("--target-name");
        var folder = arguments.Required("--target-dir");
        using var metadata = new HttpTransport(arguments.Address("--metadata-url"));
        using var targets = new HttpTransport(arguments.Address("--target-base-url"));
        var client = Open(arguments, metadata);
        await client.RefreshAsync(cancellation);
        var target = await client.FindTargetAsync(name, cancellation) ?? throw new TufException(TufFailure.UnknownTarget, $"no trusted role names the target {name}");
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, Uri.EscapeDataString(name));
        return await client.DownloadAsync(targets, name, target, path, cancellation) ? $"{path}: {target.Length} bytes" : $"{path} is there already";
    }

    private static TufClient Open(ClientArguments arguments, HttpTransport metadata) =>
        new(metadata, new FolderTrustedStore(arguments.Required("--metadata-dir")), TimeProvider.System);
}
