// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bus;
using Banana.Control.Notices;
using Banana.Device.Running;
using Banana.Formats.Release;
using Banana.Foundation.Errors;
using Banana.Tests.Integration.Bus;
using Banana.Tests.Integration.Tools;

namespace Banana.Tests.Integration.Notices;

/// <summary>The notification about an update that waits for a restart, on a real bus.</summary>
public sealed class NoticeRunTests : IAsyncLifetime
{
    private static readonly ReleaseVersion First = ReleaseVersion.Parse("20260103.1");
    private static readonly ReleaseVersion Second = ReleaseVersion.Parse("20260104.1");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder folder = new();
    private PrivateBus bus = null!;
    private StagedFile staged = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        bus = await PrivateBus.StartAsync();
        staged = new(folder.Path);
        await staged.WriteAsync(First);
    }

    public async ValueTask DisposeAsync()
    {
        await bus.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Restart_Now_asks_Plasma_and_nobody_else()
    {
        var desktop = await DesktopPeer.StartAsync(await bus.ConnectAsync());
        var run = RunAsync();
        var shown = await desktop.ShownAsync();
        Assert.Equal(
            ("System Update", "system-software-update", "Version 20260103.1 is ready: restart to use it", 0u, 0),
            (shown.Sender, shown.Icon, shown.Summary, shown.Replaces, shown.Timeout));
        Assert.Equal(["default", "Show Details", "restart", "Restart Now", "show", "Show Details"], shown.Actions);
        Assert.Equal((byte)1, ((BusVariant)shown.Hints["urgency"]).Get<byte>());
        Assert.True(((BusVariant)shown.Hints["resident"]).Get<bool>());
        Assert.Equal("kcm_banana_updates", ((BusVariant)shown.Hints["desktop-entry"]).Get<string>());

        // What is done with the notification of another program is nobody's wish to restart.
        await desktop.InvokeAsync(shown.Id + 1, "restart");
        await desktop.InvokeAsync(shown.Id, "restart");
        Assert.Equal("promptReboot", await desktop.PromptAsync());
        await run.WaitAsync(Patience, Token);
        Assert.Equal(0, desktop.There);
    }

    [Fact]
    public async Task It_is_told_once_in_a_session_for_each_version()
    {
        var desktop = await DesktopPeer.StartAsync(await bus.ConnectAsync());
        var run = RunAsync();
        await desktop.DismissAsync((await desktop.ShownAsync()).Id);
        await run.WaitAsync(Patience, Token);

        // There is nothing to tell, so not even the bus is asked.
        await RunAsync(() => throw new InvalidOperationException("it connects"));
        Assert.Equal(0, desktop.Unasked);

        await staged.WriteAsync(Second);
        run = RunAsync();
        var shown = await desktop.ShownAsync();
        Assert.Equal("Version 20260104.1 is ready: restart to use it", shown.Summary);
        await desktop.DismissAsync(shown.Id);
        await run.WaitAsync(Patience, Token);
    }

    [Fact]
    public async Task It_follows_what_is_staged_while_it_is_shown()
    {
        var desktop = await DesktopPeer.StartAsync(await bus.ConnectAsync());
        var run = RunAsync();
        var first = await desktop.ShownAsync();
        await staged.WriteAsync(Second);
        var second = await desktop.ShownAsync();
        Assert.Equal((first.Id, first.Id, "Version 20260104.1 is ready: restart to use it"), (second.Id, second.Replaces, second.Summary));

        await staged.WriteAsync(null);
        Assert.Equal(first.Id, await desktop.ClosedAsync());
        await run.WaitAsync(Patience, Token);
    }

    [Fact]
    public async Task It_ends_with_the_program_that_shows_notifications()
    {
        var desktop = await DesktopPeer.StartAsync(await bus.ConnectAsync());
        var run = RunAsync();
        await desktop.ShownAsync();
        await desktop.LeaveAsync();
        await run.WaitAsync(Patience, Token);
    }

    [Fact]
    public async Task It_ends_with_the_bus()
    {
        var desktop = await DesktopPeer.StartAsync(await bus.ConnectAsync());
        var run = RunAsync();
        await desktop.ShownAsync();
        await bus.KillAsync();
        await run.WaitAsync(Patience, Token);
    }

    [Fact]
    public async Task It_takes_the_notification_away_when_the_session_ends()
    {
        var desktop = await DesktopPeer.StartAsync(await bus.ConnectAsync());
        using var session = new CancellationTokenSource();
        var run = RunAsync(cancellation: session.Token);
        var shown = await desktop.ShownAsync();
        await session.CancelAsync();
        Assert.Equal(shown.Id, await desktop.ClosedAsync());
        await run.WaitAsync(Patience, Token);
    }

    [Fact]
    public async Task A_desktop_without_Plasma_s_dialogue_is_told_in_one_line()
    {
        var desktop = await DesktopPeer.StartAsync(await bus.ConnectAsync(), hasPrompt: false);
        var run = RunAsync();
        await desktop.InvokeAsync((await desktop.ShownAsync()).Id, "restart");
        var error = await Assert.ThrowsAsync<BananaException>(() => run.WaitAsync(Patience, Token));
        Assert.Equal(ExitCode.Unreachable, error.Code);
        Assert.StartsWith("org.kde.LogoutPrompt: Plasma's dialogue for a restart does not answer: ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("; restart the machine to use 20260103.1", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public async Task What_nobody_showed_was_not_told()
    {
        var error = await Assert.ThrowsAsync<BananaException>(() => RunAsync());
        Assert.Equal((ExitCode.Unreachable, "org.freedesktop.Notifications: nobody shows notifications in this session; 'bananactl status' says what waits for a restart"), (error.Code, error.Message));
        var desktop = await DesktopPeer.StartAsync(await bus.ConnectAsync());
        var run = RunAsync();
        await desktop.DismissAsync((await desktop.ShownAsync()).Id);
        await run.WaitAsync(Patience, Token);
    }

    private Task RunAsync(Func<Task<BusConnection>>? connect = null, CancellationToken? cancellation = null) =>
        new NoticeRun(staged, new ToldNote(folder.Combine("session")), new Translations(folder.Path), hasPage: true)
            .RunAsync(connect ?? (() => BusConnection.OpenAsync(bus.Address)), connection => new PlasmaSession(connection), cancellation ?? Token);
}
