// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using Banana.Cli.Terminal;
using Banana.Serving;

namespace Banana.Cli.Serve;

/// <summary><c>banana serve REPO</c>: serves the folder of a repository to devices nearby.</summary>
internal static class ServeCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var repository = new Argument<string>("REPO") { Description = "The folder of a repository" };
        var listen = new Option<IPEndPoint>("--listen")
        {
            Description = "The address and port (default: 127.0.0.1:8080, this machine only; port 0: any that is free)",
            HelpName = "ADDRESS:PORT",
            DefaultValueFactory = _ => new IPEndPoint(IPAddress.Loopback, 8080),
            CustomParser = result =>
            {
                if (IPEndPoint.TryParse(result.Tokens[0].Value, out var endpoint) && HasPort(result.Tokens[0].Value, endpoint))
                {
                    return endpoint;
                }

                result.AddError("--listen takes an IP address and a port, such as 127.0.0.1:8080 or [::]:8080");
                return null!;
            },
        };
        var seconds = new Option<double?>("--for") { Description = "Stop after so many seconds (default: with Ctrl-C)", HelpName = "SECONDS" };
        seconds.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double?>() is not (> 0 and <= 30 * 86400.0))
            {
                result.AddError("--for takes a number of seconds, at most 30 days");
            }
        });
        var command = new Command("serve", "Serve a repository over HTTP") { repository, listen, seconds };
        command.SetAction(async (parsed, cancellation) =>
        {
            var server = await StartAsync(parsed.GetRequiredValue(repository), parsed.GetRequiredValue(listen), cancellation);
            await using (server)
            {
                TerminalOutput.Info($"serving {parsed.GetRequiredValue(repository)} at {server.Address}/; Ctrl-C stops");
                using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                if (parsed.GetValue(seconds) is { } end)
                {
                    time.CancelAfter(TimeSpan.FromSeconds(end));
                }

                await Task.Delay(Timeout.Infinite, time.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            return 0;
        });
        return command;
    }

    // Kept apart, so that nothing of the web server is loaded for other commands.
    private static Task<RepositoryServer> StartAsync(string folder, IPEndPoint listen, CancellationToken cancellation) =>
        RepositoryServer.StartAsync(folder, listen, new ServerLimits(), cancellation);

    // IPEndPoint.TryParse takes an address without a port, and a plain number, too.
    private static bool HasPort(string text, IPEndPoint endpoint) =>
        endpoint.AddressFamily == AddressFamily.InterNetworkV6 ? text.Contains("]:", StringComparison.Ordinal) : text.Contains('.') && text.Contains(':');
}
