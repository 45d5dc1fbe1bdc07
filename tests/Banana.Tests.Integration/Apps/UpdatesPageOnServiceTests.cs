// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Tests.Integration.Bus;
using Banana.Tests.Integration.Daemon;
using Banana.Tests.Integration.Updates;

namespace Banana.Tests.Integration.Apps;

/// <summary>The page System Update on the real service, over a real bus, with real releases; only the screen is not there.</summary>
/// <param name="releases">The repository.</param>
[Collection(UpdateWorld.Name)]
public sealed class UpdatesPageOnServiceTests(UpdateWorld releases)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_updates_from_the_first_look_to_the_restart()
    {
        await using var world = await DaemonWorld.StartAsync(releases);
        await PassesAsync(world.Bus.Folder.Combine("bus"), "test_an_update_from_the_first_look_to_the_restart");
        Assert.Equal(UpdateWorld.New, world.Device.Boots.Releases().Single(release => release.IsNext).Version);
    }

    [Fact]
    public async Task It_says_in_plain_words_that_the_repository_cannot_be_reached()
    {
        await using var world = await DaemonWorld.StartAsync(releases);
        await File.WriteAllTextAsync(world.Settings, "{ \"repository\": \"http://127.0.0.1:9/\" }", Token);
        await PassesAsync(world.Bus.Folder.Combine("bus"), "test_a_repository_that_cannot_be_reached");
    }

    [Fact]
    public async Task It_says_in_plain_words_that_the_service_is_not_there()
    {
        await using var bus = await PrivateBus.StartAsync();
        await PassesAsync(bus.Folder.Combine("bus"), "test_a_service_that_is_not_there");
    }

    private static async Task PassesAsync(string socket, string test)
    {
        using var page = await PageRunner.OpenAsync("updates", Token);
        var result = await page.TestAsync(["tests/service/tst_service.qml", "ui/UpdatesClient.qml"], socket, $"SystemUpdateOnService::{test}", Token);
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        Assert.Contains($"PASS   : qmltestrunner::SystemUpdateOnService::{test}()", result.Output, StringComparison.Ordinal);
    }
}
