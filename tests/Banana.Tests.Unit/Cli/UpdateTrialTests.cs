// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Cli.Try.Update;
using Banana.Device.Settings;

namespace Banana.Tests.Unit.Cli;

/// <summary>What comes after a release in a trial, and how a machine gets to it.</summary>
public sealed class UpdateTrialTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("core", "core-next")]
    [InlineData("enthusiast", "enthusiast")]
    [InlineData("core-next", "core-next")]
    public void The_next_release_has_newer_packages_where_there_are_some(string edition, string next) =>
        Assert.Equal(next, UpdateTrial.NextOf(edition, ["system", "core", "core-next", "enthusiast"]));

    [Fact]
    public async Task Machines_are_told_where_the_repository_is_and_whom_to_trust()
    {
        var metadata = Directory.CreateDirectory(Path.Combine(TrialRepository.Seen(folder.Path), "metadata")).FullName;
        await File.WriteAllTextAsync(Path.Combine(metadata, "1.root.json"), "the root of trust", Token);
        await using var served = await ServedRepository.StartAsync(folder.Path, Token);
        Assert.Equal("the root of trust"u8.ToArray(), served.TrustedRoot.ToArray());

        var settings = SettingsFiles.Parse(System.Text.Encoding.UTF8.GetBytes(served.Settings), "settings");
        Assert.Equal((UpdateTrial.Channel, AutomaticUpdates.Off), (settings.Channel, settings.Automatic));
        var address = new Uri(settings.Repository!);
        Assert.Equal("10.0.2.2", address.Host);

        // What a guest reaches under that address is the loopback interface of its host.
        using var client = new HttpClient();
        Assert.Equal("the root of trust", await client.GetStringAsync(new Uri($"http://127.0.0.1:{address.Port}/metadata/1.root.json"), Token));
    }
}
