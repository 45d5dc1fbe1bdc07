// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bus;
using Banana.Control.Notices;
using Banana.Formats.Release;

namespace Banana.Tests.Integration.Notices;

/// <summary>The units of the notification and the program that they start, in a real service manager of a user.</summary>
public sealed class NotifyUnitsTests
{
    private const string Service = "banana-notify.service";
    private const string Watch = "banana-notify.path";
    private static readonly ReleaseVersion First = ReleaseVersion.Parse("20260103.1");
    private static readonly ReleaseVersion Second = ReleaseVersion.Parse("20260104.1");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_update_that_is_staged_in_a_session_is_told_in_its_language_and_once()
    {
        await using var user = await UserManager.StartAsync();
        var desktop = await DesktopPeer.StartAsync(user.Bus);
        await user.StartUnitAsync(UserManager.Session);
        await user.UntilAsync(UserManager.Session, "active");
        await user.UntilAsync(Watch, "active");

        // Nothing is staged: nothing of ours lives in this session.
        Assert.Equal(("inactive", "0"), (await user.StateAsync(Service), await user.StateAsync(Service, "ExecMainPID", "Service")));

        await user.Staged.WriteAsync(First);
        var shown = await desktop.ShownAsync();
        Assert.Equal("Version 20260103.1 ist bereit: mit einem Neustart wird sie benutzt", shown.Summary);
        Assert.Equal(["restart", "Jetzt neu starten"], shown.Actions);
        Assert.False(shown.Hints.ContainsKey("desktop-entry"));
        await user.UntilAsync(Service, "active");
        await desktop.DismissAsync(shown.Id);
        await user.UntilAsync(Service, "inactive");

        // Whoever pulls the session's target in again starts the service again.
        const string Ended = "InactiveEnterTimestampMonotonic";
        var before = await user.StateAsync(Service, Ended);
        await user.StartUnitAsync(Service);
        await user.UntilAsync(async () => await user.StateAsync(Service, Ended) != before && await user.StateAsync(Service) == "inactive");
        Assert.Equal(("success", 0), (await user.StateAsync(Service, "Result", "Service"), desktop.Unasked));

        // The daemon comes and goes, and says what it said; going back takes it away; the next version is told.
        await user.Staged.WriteAsync(First);
        await user.Staged.WriteAsync(null);
        await user.Staged.WriteAsync(Second);
        shown = await desktop.ShownAsync();
        Assert.Equal("Version 20260104.1 ist bereit: mit einem Neustart wird sie benutzt", shown.Summary);
        await desktop.InvokeAsync(shown.Id, "restart");
        Assert.Equal("promptReboot", await desktop.PromptAsync());
        await user.UntilAsync(Service, "inactive");
        Assert.Equal(("success", 0), (await user.StateAsync(Service, "Result", "Service"), desktop.There));
    }

    [Fact]
    public async Task A_session_that_begins_while_an_update_waits_is_told_and_does_not_wait_for_it()
    {
        await using var user = await UserManager.StartAsync();
        var desktop = await DesktopPeer.StartAsync(user.Bus);
        await user.Staged.WriteAsync(First);
        await user.StartUnitAsync(UserManager.Session);
        var shown = await desktop.ShownAsync();
        await user.UntilAsync("graphical-session.target", "active");
        await user.UntilAsync(Service, "active");

        await user.StopUnitAsync(UserManager.Session);
        Assert.Equal(shown.Id, await desktop.ClosedAsync());
        await user.UntilAsync(Service, "inactive");
        await user.UntilAsync(Watch, "inactive");
        Assert.Equal("success", await user.StateAsync(Service, "Result", "Service"));
    }

    [Fact]
    public async Task The_session_of_a_greeter_is_not_told()
    {
        // Who runs these tests is a user of the system too.
        await using var user = await UserManager.StartAsync(asPerson: false);
        var desktop = await DesktopPeer.StartAsync(user.Bus);
        await user.Staged.WriteAsync(First);
        await user.StartUnitAsync(UserManager.Session);
        await user.UntilAsync("graphical-session.target", "active");
        foreach (var unit in new[] { Service, Watch })
        {
            await user.UntilAsync(async () => await user.StateAsync(unit, "ConditionTimestamp") != "0");
            Assert.Equal(("False", "inactive"), (await user.StateAsync(unit, "ConditionResult"), await user.StateAsync(unit)));
        }

        Assert.Equal(0, desktop.Unasked);
    }

    [Theory]
    [InlineData("show", "token-1")]
    [InlineData("default", null)]
    public async Task Details_are_shown_by_a_unit_of_their_own(string action, string? token)
    {
        await using var user = await UserManager.StartAsync();
        var desktop = await DesktopPeer.StartAsync(user.Bus);
        await user.Staged.WriteAsync(First);
        var settings = user.Folder.Combine("settings");
        await File.WriteAllTextAsync(settings, $"#!/bin/sh\necho \"$1 $XDG_ACTIVATION_TOKEN $(cat /proc/self/cgroup)\" >{settings}.new\nmv {settings}.new {settings}.told\n", Token);
        File.SetUnixFileMode(settings, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        var run = new NoticeRun(user.Staged, new ToldNote(user.Folder.Combine("session")), new Translations(user.Folder.Path), hasPage: true)
            .RunAsync(() => BusConnection.OpenAsync(user.Address), bus => new PlasmaSession(bus) { Settings = settings }, Token);
        await desktop.InvokeAsync((await desktop.ShownAsync()).Id, action, token);
        await run.WaitAsync(TimeSpan.FromSeconds(60), Token);
        await user.UntilAsync(() => Task.FromResult(File.Exists(settings + ".told")));
        var told = await File.ReadAllTextAsync(settings + ".told", Token);
        Assert.StartsWith($"kcm_banana_updates {token} ", told, StringComparison.Ordinal);
        Assert.Contains("app-systemsettings@", told, StringComparison.Ordinal);
    }
}
