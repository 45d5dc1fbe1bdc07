// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

namespace Banana.Tests.Integration.Flatpaks;

/// <summary>The remote and the list of apps that desktop editions come with, in the hands of the real flatpak.</summary>
public sealed class PreinstallTests
{
    private static readonly string[] Run = ["preinstall", "--system", "--noninteractive"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Apps_of_the_list_are_installed_once_there_is_a_network_and_stay_away_when_they_were_removed()
    {
        var text = await ListAsync();
        var apps = Names(text);
        using var world = await FlatpakWorld.CreateAsync([.. apps, "org.example.NotListed"]);
        await world.PutAsync("preinstall.d/banana.preinstall", text);
        await world.PutAsync("remotes.d/test.flatpakrepo", $"[Flatpak Repo]\nTitle=Test\nUrl=file://{world.Repository}\nGPGKey={await world.KeyAsync()}\n");

        // The condition of the unit, which an older flatpak does not meet.
        Assert.Contains("preinstall", await world.FlatpakAsync("preinstall", "--help"), StringComparison.Ordinal);

        // No network: no error, and nothing is taken for done.
        Directory.Move(world.Repository, world.Repository + ".away");
        await world.FlatpakAsync(Run);
        Assert.Empty(await world.AppsAsync());
        Directory.Move(world.Repository + ".away", world.Repository);

        await world.FlatpakAsync(Run);
        Assert.Equal(apps, await world.AppsAsync());
        Assert.Contains("Nothing to do", await world.FlatpakAsync(Run), StringComparison.Ordinal);

        await world.FlatpakAsync("uninstall", "--system", "--noninteractive", apps[0]);
        await world.FlatpakAsync(Run);
        Assert.Equal(apps[1..], await world.AppsAsync());

        // What the list loses, machines lose: docs/desktop.md says so.
        await world.PutAsync("preinstall.d/banana.preinstall", string.Join('\n', apps[..^1].Select(app => $"[Flatpak Preinstall {app}]\nBranch=stable\n")));
        await world.FlatpakAsync(Run);
        Assert.Equal(apps[1..^1], await world.AppsAsync());
    }

    [Fact]
    public async Task Nothing_comes_from_Flathub_that_its_key_did_not_sign()
    {
        var text = await ListAsync();
        using var world = await FlatpakWorld.CreateAsync(Names(text));
        var flathub = await File.ReadAllTextAsync(Path.Combine(FlatpakWorld.Overlay, "remotes.d/flathub.flatpakrepo"), Cancellation);
        await world.PutAsync("preinstall.d/banana.preinstall", text);
        await world.PutAsync("remotes.d/flathub.flatpakrepo", flathub.Replace("https://dl.flathub.org/repo/", $"file://{world.Repository}", StringComparison.Ordinal));

        await world.FlatpakAsync(Run);

        Assert.Empty(await world.AppsAsync());
        Assert.Equal("flathub", (await world.FlatpakAsync("remotes", "--system", "--columns=name")).Trim());
        Assert.Contains("\ngpg-verify=true\ngpg-verify-summary=true\n", world.Config, StringComparison.Ordinal);
    }

    private static Task<string> ListAsync() => File.ReadAllTextAsync(Path.Combine(FlatpakWorld.Overlay, "preinstall.d/banana.preinstall"), Cancellation);

    // [Flatpak Preinstall org.kde.elisa]
    private static string[] Names(string list) =>
        [.. list.Split('\n').Where(line => line.StartsWith("[Flatpak Preinstall ", StringComparison.Ordinal)).Select(line => line["[Flatpak Preinstall ".Length..^1]).Order(StringComparer.Ordinal)];
}
