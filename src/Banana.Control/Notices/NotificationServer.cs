// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Threading.Channels;
using Banana.Bus;
using Banana.Foundation.Errors;

namespace Banana.Control.Notices;

/// <summary>What can happen while a notification is there.</summary>
internal enum NoticeEventKind
{
    /// <summary>The person chose an action.</summary>
    Invoked,

    /// <summary>It is not shown any more.</summary>
    Closed,

    /// <summary>The program that shows notifications, or the bus, is gone.</summary>
    Gone,

    /// <summary>It may be out of date: another look is due.</summary>
    Look,
}

/// <summary>Something that happened.</summary>
/// <param name="Kind">What.</param>
/// <param name="Id">To which notification; 0: to all.</param>
/// <param name="Action">The action that was chosen.</param>
internal sealed record NoticeEvent(NoticeEventKind Kind, uint Id = 0, string Action = "");

/// <summary>The program of the desktop that shows notifications (<c>org.freedesktop.Notifications</c>).</summary>
internal sealed class NotificationServer : IAsyncDisposable
{
    /// <summary>Its name, which is that of its interface too.</summary>
    public const string Name = "org.freedesktop.Notifications";

    /// <summary>Its object.</summary>
    public const string Path = "/org/freedesktop/Notifications";

    private const int UntilItIsPutAway = 0;

    // Plasma sends a token before the action; one that comes later, or never, only costs the new window its place in front.
    private static readonly TimeSpan TokenPatience = TimeSpan.FromMilliseconds(250);

    private readonly BusConnection bus;
    private readonly Channel<NoticeEvent> events = Channel.CreateUnbounded<NoticeEvent>();
    private readonly TaskCompletionSource<string> token = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<IAsyncDisposable> subscriptions = [];

    private NotificationServer(BusConnection bus) => this.bus = bus;

    /// <summary>Hears what it tells, from now on.</summary>
    public static async Task<NotificationServer> ConnectAsync(BusConnection bus, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(bus);
        var server = new NotificationServer(bus);
        await server.HearAsync("ActionInvoked", values => server.events.Writer.TryWrite(new(NoticeEventKind.Invoked, values.Get<uint>(0), values.Get<string>(1))), cancellation);
        await server.HearAsync("NotificationClosed", values => server.events.Writer.TryWrite(new(NoticeEventKind.Closed, values.Get<uint>(0))), cancellation);
        await server.HearAsync("ActivationToken", values => server.token.TrySetResult(values.Get<string>(1)), cancellation);
        server.subscriptions.Add(await bus.WatchNameAsync(Name, owner =>
        {
            _ = owner is null && server.events.Writer.TryWrite(new(NoticeEventKind.Gone));
            return Task.CompletedTask;
        }, cancellation));
        _ = bus.Closed.ContinueWith(_ => server.events.Writer.TryWrite(new(NoticeEventKind.Gone)), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        return server;
    }

    /// <summary>Asks for another look at what is told.</summary>
    public void Wake() => events.Writer.TryWrite(new(NoticeEventKind.Look));

    /// <summary>Shows a notification until it is put away.</summary>
    /// <param name="notice">What it says.</param>
    /// <param name="replaces">The one in whose place it comes; 0: none.</param>
    /// <returns>Its number. It is waited for in any case: one without a number could not be taken away.</returns>
    /// <exception cref="BananaException">Nobody shows notifications.</exception>
    public async Task<uint> ShowAsync(Notice notice, uint replaces)
    {
        try
        {
            object[] values =
            [
                notice.Sender, replaces, Notice.Icon, notice.Summary, notice.Body, notice.Actions.ToArray(), new Dictionary<string, object>(notice.Hints, StringComparer.Ordinal), UntilItIsPutAway,
            ];
            return (await bus.CallAsync(Name, Path, Name, "Notify", "susssasa{sv}i", values, new BusCallOptions { Returns = "u" })).Get<uint>(0);
        }
        catch (BusException error) when (error.Name is BusErrors.ServiceUnknown or BusErrors.NameHasNoOwner)
        {
            throw new BananaException(ExitCode.Unreachable, "nobody shows notifications in this session", Name, "'bananactl status' says what waits for a restart", error);
        }
    }

    /// <summary>Takes a notification away, if it and its server are still there.</summary>
    public async Task CloseAsync(uint id)
    {
        try
        {
            await bus.CallAsync(Name, Path, Name, "CloseNotification", "u", [id], new BusCallOptions { StartsService = false });
        }
        catch (BusException)
        {
            // It is not there any more, which is what was wanted.
        }
    }

    /// <summary>Waits for the next thing that happens to a notification.</summary>
    public async Task<NoticeEvent> NextAsync(uint id, CancellationToken cancellation)
    {
        while (true)
        {
            var happened = await events.Reader.ReadAsync(cancellation);
            if (happened.Id == 0 || happened.Id == id)
            {
                return happened;
            }
        }
    }

    /// <summary>What lets a window that an action opens come to the front (xdg-activation); null: none was given.</summary>
    public async Task<string?> ActivationTokenAsync()
    {
        await Task.WhenAny(token.Task, Task.Delay(TokenPatience));
        return token.Task.IsCompletedSuccessfully ? token.Task.Result : null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var subscription in subscriptions)
        {
            await subscription.DisposeAsync();
        }
    }

    private async Task HearAsync(string signal, Action<BusValues> take, CancellationToken cancellation) =>
        subscriptions.Add(await bus.SubscribeAsync(Name, Path, Name, signal, happened =>
        {
            take(happened.Values);
            return Task.CompletedTask;
        }, cancellation));
}
