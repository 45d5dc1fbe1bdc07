// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text.Json;
using Banana.Bus;
using Banana.Daemon.Service;
using Banana.Daemon.Sysupdate;
using Banana.Foundation.Processes;
using Banana.Tests.Integration.Tools;
using Banana.Tests.Integration.Updates;

namespace Banana.Tests.Integration.Daemon;

/// <summary>systemd's own client, unchanged, on our service; and what it never says but other clients do.</summary>
/// <param name="releases">The repository.</param>
[Collection(UpdateWorld.Name)]
public sealed class UpdatectlTests(UpdateWorld releases)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_stock_client_lists_checks_and_updates()
    {
        await using var world = await DaemonWorld.StartAsync(releases);
        Succeeds(await RunAsync(world, "list"), "host", "20260102.1", "sysupdate.d");
        var list = Succeeds(await RunAsync(world, "list", "host"), "20260103.1", "20260102.1");
        Assert.Contains("candidate", Row(list, "20260103.1"), StringComparison.Ordinal);
        Assert.Contains("protected", Row(list, "20260102.1"), StringComparison.Ordinal);
        Succeeds(await RunAsync(world, "list", "host@20260103.1"), "candidate", "banana_20260103.1_usr.erofs", "partition");
        Succeeds(await RunAsync(world, "list", "host@20260102.1", "--offline"), "current", "banana_20260102.1+3.efi");
        Succeeds(await RunAsync(world, "check"), "20260102.1", "20260103.1");

        Succeeds(await RunAsync(world, "update"), "host@20260103.1", "Done");
        Succeeds(await RunAsync(world, "check"));
        Assert.Contains("current+pending", Row(Succeeds(await RunAsync(world, "list", "host"), "20260102.1"), "20260103.1"), StringComparison.Ordinal);
        Succeeds(await RunAsync(world, "update"), "Already up-to-date");
        Assert.Equal(UpdateWorld.New, world.Device.Boots.Releases().Single(release => release.IsNext).Version);

        Succeeds(await RunAsync(world, "vacuum"));
        Succeeds(await RunAsync(world, "features"));
    }

    [Fact]
    public async Task It_takes_a_version_and_says_what_is_wrong()
    {
        await using var world = await DaemonWorld.StartAsync(releases);
        // Its check ends with 0 whatever it prints.
        Says(await RunAsync(world, "check", "component:printer"), "Invalid target: component:printer");
        Fails(await RunAsync(world, "list", "host@20990101.1"), "there is no version 20990101.1");
        Fails(await RunAsync(world, "update", "host@20990101.1"), "host@20990101.1", "Invalid argument");
        Fails(await RunAsync(world, "enable", "games"), "no optional features");

        await File.WriteAllTextAsync(world.Settings, "{ \"repository\": \"http://127.0.0.1:9/\" }", Cancellation);
        Says(await RunAsync(world, "check"), "127.0.0.1:9");
        Fails(await RunAsync(world, "update"), "Network is unreachable");
        File.Delete(world.Settings);
        Succeeds(await RunAsync(world, "update", "host@20260103.1"), "Done");
    }

    [Fact]
    public async Task What_cannot_be_fetched_is_told_once_and_not_begun_again()
    {
        await using var world = await DaemonWorld.StartAsync(releases);

        // The metadata is there, and what it names is not.
        var copy = world.Bus.Folder.Combine("repository");
        foreach (var file in Directory.EnumerateFiles(Path.Combine(releases.Repository, "metadata")).Concat(Directory.EnumerateFiles(Path.Combine(releases.Repository, "releases"), "*", SearchOption.AllDirectories)))
        {
            var place = Path.Combine(copy, Path.GetRelativePath(releases.Repository, file));
            Directory.CreateDirectory(Path.GetDirectoryName(place)!);
            File.Copy(file, place);
        }

        await File.WriteAllTextAsync(world.Settings, $$"""{ "repository": "{{copy}}" }""", Cancellation);
        var result = await RunAsync(world, "update");
        Assert.NotEqual(0, result.ExitCode);
        Assert.DoesNotContain("Done", result.Error, StringComparison.Ordinal);
        Assert.Single(world.Device.History.Read().Events, happened => happened.Kind == Banana.Device.History.DeviceEventKind.UpdateFailed);
    }

    [Fact]
    public async Task Every_job_is_seen_by_all_whoever_began_it_and_can_be_cancelled()
    {
        await using var world = await DaemonWorld.StartAsync(releases);
        await File.WriteAllTextAsync(world.Settings, "{ \"bytesPerSecond\": 1024 }", Cancellation);
        var bus = await world.Bus.ConnectAsync();
        TaskCompletionSource<(ulong Id, int Status)> removed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var watch = await bus.SubscribeAsync(SysupdateNames.Service, SysupdateNames.ManagerPath, SysupdateNames.Manager, "JobRemoved", signal =>
        {
            removed.TrySetResult((signal.Values.Get<ulong>(0), signal.Values.Get<int>(2)));
            return Task.CompletedTask;
        }, Cancellation);
        await AskAsync(UpdatesObject.Path, UpdatesObject.Interface, "Update", "st", string.Empty, UpdatesObject.Background);
        var jobs = (await AskAsync(SysupdateNames.ManagerPath, SysupdateNames.Manager, "ListJobs", string.Empty)).Items[0];
        var job = Assert.IsAssignableFrom<IReadOnlyList<object>>(Assert.Single(Assert.IsAssignableFrom<System.Collections.IEnumerable>(jobs).Cast<object>()));
        Assert.Equal((1ul, "install", "/org/freedesktop/sysupdate1/job/_1"), ((ulong)job[0], (string)job[1], (string)job[3]));
        var busy = await Assert.ThrowsAsync<BusException>(() => AskAsync(SysupdateNames.TargetPath, SysupdateNames.Target, "Update", "st", string.Empty, 0ul));
        Assert.Equal("System.Error.EBUSY", busy.Name);
        await AskAsync((string)job[3], SysupdateNames.Job, "Cancel", string.Empty);
        Assert.Equal((1ul, 15), await removed.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancellation));

        Task<BusValues> AskAsync(string path, string @interface, string member, string signature, params object[] values) =>
            bus.CallAsync(UpdatesObject.Name, path, @interface, member, signature, values, cancellation: Cancellation);
    }

    [Fact]
    public async Task Flags_that_nobody_defined_are_refused_and_a_catalog_is_named()
    {
        await using var world = await DaemonWorld.StartAsync(releases);
        var bus = await world.Bus.ConnectAsync();
        foreach (var (member, values) in new (string, object[])[] { ("List", [2ul]), ("Describe", ["20260102.1", 4ul]), ("Acquire", [string.Empty, 1ul]), ("Install", [string.Empty, 1ul]), ("ListFeatures", [1ul]), ("Describe", [string.Empty, 0ul]) })
        {
            var error = await Assert.ThrowsAsync<BusException>(() => AskAsync(member, values));
            Assert.Equal(BusErrors.InvalidArgs, error.Name);
        }

        // Discover skips a target that has no catalog.
        Assert.Equal(0, await CatalogsAsync());
        Directory.CreateDirectory(Path.Combine(world.Device.Root, "usr/share/banana"));
        File.Copy(Path.Combine(Banana.Cli.Setup.Checkout.Find().Root, "os/overlay/device/usr/share/banana/appstream.xml"), Path.Combine(world.Device.Root, "usr/share/banana/appstream.xml"));
        Assert.Equal(1, await CatalogsAsync());

        using var json = JsonDocument.Parse((await AskAsync("Describe", "20260103.1", 0ul)).Get<string>(0));
        Assert.Equal(["size", "sha256"], json.RootElement.GetProperty("contents")[0].EnumerateObject().Select(field => field.Name).Skip(2));

        async Task<int> CatalogsAsync() => ((System.Collections.IEnumerable)(await AskAsync("GetAppStream")).Items[0]).Cast<object>().Count();

        Task<BusValues> AskAsync(string member, params object[] values) =>
            bus.CallAsync(SysupdateNames.Service, SysupdateNames.TargetPath, SysupdateNames.Target, member, string.Concat(values.Select(value => value is string ? 's' : 't')), values, cancellation: Cancellation);
    }

    private static async Task<CommandResult> RunAsync(DaemonWorld world, params string[] arguments) =>
        await (await StockUpdatectl.GetAsync()).RunAsync(world.Bus.Folder.Combine("bus"), ["--no-pager", .. arguments], Cancellation);

    private static string Succeeds(CommandResult result, params string[] texts)
    {
        Assert.True(result.ExitCode == 0, result.Error);
        Says(result, texts);
        return result.Output;
    }

    private static void Fails(CommandResult result, params string[] texts)
    {
        Says(result, texts);
        Assert.True(result.ExitCode != 0, $"{result.ExitCode}: {result.Output} {result.Error}");
    }

    private static void Says(CommandResult result, params string[] texts) =>
        Assert.All(texts, text => Assert.Contains(text, result.Output + result.Error, StringComparison.Ordinal));

    private static string Row(string table, string version) => table.Split('\n').Single(line => line.Contains(version, StringComparison.Ordinal));
}
