// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Forge.Apps;
using Banana.Forge.Build;
using Banana.Foundation.Progress;
using Banana.Tests.Integration.Daemon;

namespace Banana.Tests.Integration.Apps;

/// <summary>The dialogue for the first account (apps/first-boot) and the shell of apps: compiled as the forge does it, and used with a stand-in for the service.</summary>
public sealed class FirstBootPageTests : IAsyncLifetime
{
    private PageRunner page = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => page = await PageRunner.OpenAsync("first-boot", Token);

    public ValueTask DisposeAsync()
    {
        page.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task It_is_installed_with_its_session_its_units_and_the_shell_that_shows_it()
    {
        var steps = new StepCache(page.Environment.Artifacts, SilentProgress.Instance, clean: false);
        var step = await new AppBuilder(page.Workbench.Enter(), page.Workbench.Identity, page.Environment.Checkout.Sources).RunAsync(steps, ["shell", "first-boot"], 1_700_000_000, Token);
        var tree = step.File(AppBuilder.Tree);
        Assert.Equal(
            [
                "usr/lib/banana/banana-app", "usr/lib/systemd/system/banana-first-boot-accounts.service", "usr/lib/systemd/system/banana-first-boot.service",
                "usr/lib/systemd/user/banana-first-boot-session.service", "usr/lib/sysusers.d/banana-first-boot.conf", "usr/lib/tmpfiles.d/banana-first-boot.conf",
                "usr/share/banana/apps/org.kde.banana.firstboot/FirstBootClient.qml", "usr/share/banana/apps/org.kde.banana.firstboot/main.qml",
                "usr/share/dbus-1/system-services/org.kde.banana1.FirstBoot.service", "usr/share/dbus-1/system.d/org.kde.banana1.FirstBoot.conf",
                "usr/share/locale/ar/LC_MESSAGES/org.kde.banana.firstboot.mo", "usr/share/locale/de/LC_MESSAGES/org.kde.banana.firstboot.mo",
                "usr/share/wayland-sessions/banana-first-boot.desktop",
            ],
            Directory.EnumerateFiles(tree, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(tree, file)).Order(StringComparer.Ordinal));
        var unknown = await page.RunAsync(Path.Combine(tree, "usr/lib/banana/banana-app"), ["org.kde.banana.nothing"], bus: null, Token, tree);
        Assert.Equal(2, unknown.ExitCode);
        Assert.Contains("banana-app: there is no app 'org.kde.banana.nothing'", unknown.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_leads_through_its_steps_and_asks_for_what_was_chosen()
    {
        var result = await page.TestAsync(["tests/tst_firstboot.qml", "tests/FirstBootClient.qml"], bus: null, function: null, Token);
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        Assert.Contains(result.Lines, line => line.StartsWith("Totals: 14 passed, 0 failed, 0 skipped", StringComparison.Ordinal));
    }

    [Fact]
    public Task Its_code_has_no_warnings() => page.HasNoWarningsAsync(Token);

    [Fact]
    public async Task Its_client_makes_an_account_with_the_real_service()
    {
        await using var world = await FirstBootWorld.StartAsync();
        var result = await page.TestAsync(["tests/service/tst_service.qml", "ui/FirstBootClient.qml"], world.Bus.Folder.Combine("bus"), function: null, Token);
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        Assert.Contains("PASS   : qmltestrunner::FirstBootOnService::test_a_first_start()", result.Output, StringComparison.Ordinal);
        Assert.Equal(["LANG=de_DE.UTF-8", "de/pc105"], world.Asked);
        Assert.False(world.Accounts.IsNobody);
    }
}
