// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Threading.Channels;
using Banana.Bus;
using Banana.Control.Notices;

namespace Banana.Tests.Integration.Notices;

/// <summary>What <c>Notify</c> was called with.</summary>
internal sealed record Shown(uint Id, uint Replaces, string Sender, string Icon, string Summary, string Body, string[] Actions, IReadOnlyDictionary<string, object> Hints, int Timeout);

/// <summary>A desktop on a real bus: it shows notifications as the specification says, to nobody, and asks nobody about a restart.</summary>
internal sealed class DesktopPeer
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly BusConnection bus;
    private readonly Channel<Shown> shown = Channel.CreateUnbounded<Shown>();
    private readonly Channel<uint> closed = Channel.CreateUnbounded<uint>();
    private readonly Channel<string> prompts = Channel.CreateUnbounded<string>();
    private readonly HashSet<uint> there = [];
    private BusExport notifications = null!;
    private uint last;

    private DesktopPeer(BusConnection bus) => this.bus = bus;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>How many notifications came that no test has asked for.</summary>
    public int Unasked => shown.Reader.Count;

    /// <summary>How many are shown now.</summary>
    public int There
    {
        get
        {
            lock (there)
            {
                return there.Count;
            }
        }
    }

    public static async Task<DesktopPeer> StartAsync(BusConnection bus, bool hasPrompt = true)
    {
        var desktop = new DesktopPeer(bus);
        desktop.notifications = await bus.ExportAsync(NotificationServer.Path, desktop.Describe(), Token);
        await bus.RequestNameAsync(NotificationServer.Name, Token);
        if (hasPrompt)
        {
            await bus.ExportAsync(PlasmaSession.PromptPath, new BusInterface(PlasmaSession.Prompt).Method("promptReboot", string.Empty, call =>
            {
                desktop.prompts.Writer.TryWrite(call.Member);
                return Task.CompletedTask;
            }), Token);
            await bus.RequestNameAsync(PlasmaSession.Prompt, Token);
        }

        return desktop;
    }

    public Task<Shown> ShownAsync() => shown.Reader.ReadAsync(Token).AsTask().WaitAsync(Patience, Token);

    public Task<uint> ClosedAsync() => closed.Reader.ReadAsync(Token).AsTask().WaitAsync(Patience, Token);

    public Task<string> PromptAsync() => prompts.Reader.ReadAsync(Token).AsTask().WaitAsync(Patience, Token);

    /// <summary>The person chooses an action.</summary>
    public async Task InvokeAsync(uint id, string action, string? token = null)
    {
        if (token is not null)
        {
            await notifications.EmitAsync("ActivationToken", id, token);
        }

        await notifications.EmitAsync("ActionInvoked", id, action);
    }

    /// <summary>The person puts it away.</summary>
    public Task DismissAsync(uint id) => CloseAsync(id, 2);

    /// <summary>The program that shows notifications ends.</summary>
    public Task LeaveAsync() => bus.ReleaseNameAsync(NotificationServer.Name, Token);

    private async Task CloseAsync(uint id, uint reason)
    {
        lock (there)
        {
            there.Remove(id);
        }

        await notifications.EmitAsync("NotificationClosed", id, reason);
    }

    private BusInterface Describe() => new BusInterface(NotificationServer.Name)
        .Method("Notify", "app:s replaces:u icon:s summary:s body:s actions:as hints:a{sv} timeout:i", "id:u", call =>
        {
            var values = call.Values;
            var replaces = values.Get<uint>(1);
            lock (there)
            {
                var id = there.Contains(replaces) ? replaces : ++last;
                there.Add(id);
                shown.Writer.TryWrite(new(id, replaces, values.Get<string>(0), values.Get<string>(2), values.Get<string>(3), values.Get<string>(4), values.Get<string[]>(5), values.GetDictionary(6), values.Get<int>(7)));
                return Task.FromResult<object[]>([id]);
            }
        })
        .Method("CloseNotification", "id:u", async call =>
        {
            var id = call.Values.Get<uint>(0);
            closed.Writer.TryWrite(id);
            await CloseAsync(id, 3);
        })
        .Signal("ActionInvoked", "id:u action:s")
        .Signal("ActivationToken", "id:u token:s")
        .Signal("NotificationClosed", "id:u reason:u");
}
