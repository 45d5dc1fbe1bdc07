// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.CommandLine;
using System.CommandLine.Help;
using System.Globalization;
using Banana.Bus;
using Banana.Control.Notices;
using Banana.Control.Shells;
using Banana.Control.Text;
using Banana.Foundation.Errors;
using Banana.Foundation.Progress;

namespace Banana.Control.Commands;

/// <summary>The commands of <c>bananactl</c>: the one source of its help, its completions and its man page.</summary>
internal static class ControlCommands
{
    private const ulong DownloadOnly = 1;
    private const ulong Background = 2;

    /// <summary>Makes them.</summary>
    /// <param name="output">Where they write.</param>
    /// <param name="connect">Connects to the daemon.</param>
    public static Command Create(Output output, Func<Task<DaemonClient>> connect)
    {
        var json = new Option<bool>("--json") { Description = "Print JSON", Recursive = true };

        // No RootCommand: it would call itself by the name of the program's file.
        var root = new Command("bananactl", "Updates of this machine: what runs, what is offered, and the way back") { json, new HelpOption() { Recursive = true } };
        root.Add(Status());
        root.Add(Update());
        root.Add(RollBack());
        root.Add(History());
        root.Add(Diff());
        root.Add(Pause());
        root.Add(Notify());
        foreach (var command in ShellCommands.Create(root, output))
        {
            root.Add(command);
        }

        return root;

        Command Status()
        {
            var command = new Command("status", "Show what runs, what is in each slot and why, what is staged, and how this boot went");
            command.SetAction(async (parsed, cancellation) =>
            {
                await using var daemon = await connect();
                var (status, text) = await daemon.StatusAsync(cancellation);
                Show(parsed.GetValue(json), text, StatusText.Of(status));
            });
            return command;
        }

        Command Update()
        {
            var version = new Argument<string?>("VERSION") { Description = "This version instead of the newest that is offered (YYYYMMDD.N)", Arity = ArgumentArity.ZeroOrOne };
            var check = new Option<bool>("--check") { Description = "Only look what is offered, and what it would fetch" };
            var download = new Option<bool>("--download-only") { Description = "Only fetch it; nothing boots it until the next 'update'" };
            var background = new Option<bool>("--background") { Description = "Not while updates are paused, on a low battery, or on a network that costs by the byte" };
            var command = new Command("update", "Install the newest release beside the one that runs; it is used after the next restart") { version, check, download, background };
            command.SetAction(async (parsed, cancellation) =>
            {
                await using var daemon = await connect();
                var wanted = parsed.GetValue(version) ?? string.Empty;
                if (parsed.GetValue(check))
                {
                    var (report, text) = await daemon.CheckAsync(wanted, packages: false, cancellation);
                    Show(parsed.GetValue(json), text, StatusText.Of(report));
                    return;
                }

                var flags = (parsed.GetValue(download) ? DownloadOnly : 0) | (parsed.GetValue(background) ? Background : 0);
                var ended = await daemon.UpdateAsync(wanted, flags, progress => output.Progress(StatusText.Of(progress)), cancellation);
                Show(
                    parsed.GetValue(json),
                    System.Text.Json.JsonSerializer.Serialize(ended.Report, Device.Reports.ReportJson.Readable.UpdateReport),
                    Ended(ended, parsed.GetValue(download)));
            });
            return command;

            static IEnumerable<string> Ended(EndedUpdate ended, bool downloadOnly) => ended.Report switch
            {
                { To: { } to, IsInstalled: true } when ended.Fetched > 0 => [$"{to} is installed ({ByteSize.Format(ended.Fetched)} fetched): restart to use it"],
                { To: { } to, IsInstalled: false } when downloadOnly => [$"{to} is fetched ({ByteSize.Format(ended.Fetched)}); 'bananactl update' installs it"],
                _ => StatusText.Of(ended.Report),
            };
        }

        Command RollBack()
        {
            var reason = new Option<string>("--reason") { Description = "Why, for the history", DefaultValueFactory = _ => "the user went back" };
            var command = new Command("rollback", "Go back to the release in the other slot at the next restart") { reason };
            command.SetAction(async (parsed, cancellation) =>
            {
                await using var daemon = await connect();
                var next = await daemon.RollBackAsync(parsed.GetValue(reason)!, cancellation);
                output.Result(parsed.GetValue(json) ? $"{{ \"next\": \"{next}\" }}" : $"{next} is used after the next restart");
            });
            return command;
        }

        Command History()
        {
            var most = new Option<uint>("--lines", "-n") { Description = "The newest so many events", DefaultValueFactory = _ => 50 };
            var command = new Command("history", "Show every update, boot verdict and rollback with its reason, the newest last") { most };
            command.SetAction(async (parsed, cancellation) =>
            {
                await using var daemon = await connect();
                var (events, text) = await daemon.HistoryAsync(parsed.GetValue(most), cancellation);
                Show(parsed.GetValue(json), text, StatusText.Of(events));
            });
            return command;
        }

        Command Diff()
        {
            var version = new Argument<string?>("VERSION") { Description = "This version instead of the newest that is offered (YYYYMMDD.N)", Arity = ArgumentArity.ZeroOrOne };
            var command = new Command("diff", "Show what an update brings: its packages, and what it fetches") { version };
            command.SetAction(async (parsed, cancellation) =>
            {
                await using var daemon = await connect();
                var (report, text) = await daemon.CheckAsync(parsed.GetValue(version) ?? string.Empty, packages: true, cancellation);
                Show(parsed.GetValue(json), text, StatusText.Of(report));
            });
            return command;
        }

        Command Pause()
        {
            var days = new Option<int?>("--days") { Description = "For so many days (7 when nothing is said)" };
            var off = new Option<bool>("--off") { Description = "Go on with updates" };
            var command = new Command("pause", "Pause updates in the background; those that you ask for work all the same") { days, off };
            command.SetAction(async (parsed, cancellation) =>
            {
                var length = parsed.GetValue(days) ?? 7;
                if (length is < 1 or > 365)
                {
                    throw new BananaException(ExitCode.Usage, $"{length} days are not between 1 and 365", next: "see 'bananactl pause --help'");
                }

                await using var daemon = await connect();
                DateTimeOffset? until = parsed.GetValue(off) ? null : TimeProvider.System.GetUtcNow().AddDays(length);
                await daemon.PauseAsync(until, cancellation);
                output.Result(until is null ? "updates in the background go on" : $"no updates in the background until {until.Value.ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)}");
            });
            return command;
        }

        Command Notify()
        {
            // Hidden: a unit of the session runs it, and a person has 'status'.
            var command = new Command("notify", "Tell in this session that an update waits for a restart, and do what is chosen") { Hidden = true };
            command.SetAction((_, cancellation) => NoticeRun.OfSession().RunAsync(() => BusConnection.OpenSessionAsync(), bus => new PlasmaSession(bus), cancellation));
            return command;
        }

        void Show(bool asJson, string text, IEnumerable<string> lines)
        {
            foreach (var line in asJson ? [text] : lines)
            {
                output.Result(line);
            }
        }
    }
}
