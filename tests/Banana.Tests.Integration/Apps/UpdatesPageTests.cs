// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Forge.Apps;
using Banana.Forge.Build;
using Banana.Foundation.Progress;

namespace Banana.Tests.Integration.Apps;

/// <summary>The page System Update (apps/updates): compiled as the forge does it, and used with a stand-in for the service, without a screen.</summary>
public sealed class UpdatesPageTests : IAsyncLifetime
{
    private PageRunner page = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => page = await PageRunner.OpenAsync("updates", Token);

    public ValueTask DisposeAsync()
    {
        page.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task It_is_compiled_into_a_page_that_System_Settings_lists_in_each_language()
    {
        var steps = new StepCache(page.Environment.Artifacts, SilentProgress.Instance, clean: false);
        var step = await new AppBuilder(page.Workbench.Enter(), page.Workbench.Identity, page.Environment.Checkout.Sources).RunAsync(steps, ["updates"], 1_700_000_000, Token);
        var tree = step.File(AppBuilder.Tree);
        Assert.Equal(
            [
                "usr/lib/x86_64-linux-gnu/qt6/plugins/plasma/kcms/systemsettings/kcm_banana_updates.so", "usr/share/applications/kcm_banana_updates.desktop",
                "usr/share/locale/ar/LC_MESSAGES/kcm_banana_updates.mo", "usr/share/locale/de/LC_MESSAGES/kcm_banana_updates.mo",
            ],
            Directory.EnumerateFiles(tree, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(tree, file)).Order(StringComparer.Ordinal));
        var launcher = await File.ReadAllLinesAsync(Path.Combine(tree, "usr/share/applications/kcm_banana_updates.desktop"), Token);
        Assert.Contains("Name=System Update", launcher);
        Assert.Contains("Name[de]=Systemaktualisierung", launcher);
    }

    [Fact]
    public async Task It_shows_each_state_and_its_buttons_ask_for_what_they_say()
    {
        var result = await page.TestAsync(["tests/tst_page.qml", "tests/UpdatesClient.qml"], bus: null, function: null, Token);
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        Assert.Contains(result.Lines, line => line.StartsWith("Totals: 16 passed, 0 failed, 0 skipped", StringComparison.Ordinal));
    }

    [Fact]
    public Task Its_code_has_no_warnings() => page.HasNoWarningsAsync(Token);
}
