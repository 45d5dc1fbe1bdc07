// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bus;
using Banana.Device.Running;
using Banana.Formats.Release;
using Banana.Foundation.Errors;

namespace Banana.Control.Notices;

/// <summary>
/// Tells the person of a session that an update waits for a restart, once for each version, and does what is chosen. It is there only while the
/// notification is: what waits for an update is a path unit (banana-notify.path).
/// </summary>
/// <param name="staged">What waits.</param>
/// <param name="told">What was told.</param>
/// <param name="words">The texts.</param>
/// <param name="hasPage">Whether the page of System Settings is there.</param>
internal sealed class NoticeRun(StagedFile staged, ToldNote told, Translations words, bool hasPage)
{
    private uint id;
    private ReleaseVersion shown;

    /// <summary>The run of this session, by its environment.</summary>
    /// <exception cref="BananaException">There is no session.</exception>
    public static NoticeRun OfSession()
    {
        const string Variable = "XDG_RUNTIME_DIR";
        var folder = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given
            ? given
            : throw new BananaException(ExitCode.Unreachable, $"there is no session: {Variable} is not set", next: "'bananactl status' says what waits for a restart");
        return new(new StagedFile("/"), new ToldNote(folder), new Translations(), File.Exists($"/usr/share/applications/{Notice.Page}.desktop"));
    }

    /// <summary>Tells it, and waits until it is done with.</summary>
    /// <param name="connect">Connects to the bus of the session; not called when there is nothing to tell.</param>
    /// <param name="make">What actions ask of the session.</param>
    /// <param name="cancellation">The session ends.</param>
    public async Task RunAsync(Func<Task<BusConnection>> connect, Func<BusConnection, PlasmaSession> make, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(connect);
        ArgumentNullException.ThrowIfNull(make);
        if (staged.Read() is not { } waiting || told.Holds(waiting))
        {
            return;
        }

        await using var bus = await connect();
        await using var server = await NotificationServer.ConnectAsync(bus, cancellation);
        using var changes = Watch(server.Wake);
        try
        {
            await FollowAsync(server, make(bus), cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Nobody would do what its buttons say.
            await server.CloseAsync(id);
        }
    }

    private async Task FollowAsync(NotificationServer server, PlasmaSession session, CancellationToken cancellation)
    {
        // The folder is watched by now: what changed before is seen here, what changes later is told.
        while (staged.Read() is { } waiting)
        {
            if (waiting != shown)
            {
                id = await server.ShowAsync(Notice.Of(waiting, words, hasPage), id);
                shown = waiting;
                await told.WriteAsync(waiting);
            }

            switch (await server.NextAsync(id, cancellation))
            {
                case { Kind: NoticeEventKind.Closed or NoticeEventKind.Gone }:
                    return;
                case { Kind: NoticeEventKind.Invoked, Action: var action }:
                    // Taken away first: it is resident, and its buttons are of no more use.
                    await server.CloseAsync(id);
                    await (action == Notice.Restart ? session.AskForRestartAsync(shown) : session.OpenPageAsync(await server.ActivationTokenAsync()));
                    return;
                default:
                    break;
            }
        }

        await server.CloseAsync(id); // The person went back: it is not true any more.
    }

    // A newer update takes the place of the one that waits, and going back leaves none: the notification must not say otherwise.
    private FileSystemWatcher? Watch(Action wake)
    {
        try
        {
            var watcher = new FileSystemWatcher(Path.GetDirectoryName(staged.Location)!, Path.GetFileName(staged.Location));
            watcher.Created += (_, _) => wake();
            watcher.Changed += (_, _) => wake();
            watcher.Renamed += (_, _) => wake();
            watcher.Deleted += (_, _) => wake();
            watcher.EnableRaisingEvents = true;
            return watcher;
        }
        catch (IOException)
        {
            return null; // The user has too many watches already: what is told now is true all the same.
        }
    }
}
