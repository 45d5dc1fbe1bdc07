// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text.Json;
using System.Xml.Linq;
using Banana.Bus;
using Banana.Control;
using Banana.Daemon.Service;
using Banana.Daemon.Sysupdate;
using Banana.Device.Reports;
using Banana.Device.Running;
using Banana.Foundation.Errors;
using Banana.Tests.Integration.Bus;
using Banana.Tests.Integration.Tools;
using Banana.Tests.Integration.Updates;

namespace Banana.Tests.Integration.Daemon;

/// <summary>From <c>bananactl</c> over a real bus to the disk and back.</summary>
/// <param name="releases">The repository.</param>
[Collection(UpdateWorld.Name)]
public sealed class DaemonTests(UpdateWorld releases)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_update_is_looked_at_installed_by_patch_told_and_gone_back_from()
    {
        await using var world = await DaemonWorld.StartAsync(releases);
        Succeeds(await world.RunAsync("status"), "Banana Core 20260102.1 (core, x86-64)", "slot 1    20260102.1   running", "slot 2    -            free");
        Succeeds(await world.RunAsync("update", "--check"), "20260103.1 is offered: ");
        Succeeds(await world.RunAsync("status"), "20260103.1 is offered, ");

        var update = await world.RunAsync("update");
        Succeeds(update, "20260103.1 is installed (", "restart to use it");
        Succeeds(await world.RunAsync("update"), "20260103.1 is installed: restart to use it");
        Succeeds(await world.RunAsync("status"), "slot 2    20260103.1   staged", "restart to use 20260103.1");
        Succeeds(await world.RunAsync("history"), "installed        20260103.1", " fetched");

        // Much less than the release: the running image was used.
        var report = JsonSerializer.Deserialize((await world.RunAsync("update", "--check", "--json")).Output, ReportContext.Default.UpdateReport)!;
        Assert.InRange(report.Bytes, 1, report.WholeBytes / 4);

        // The new one runs, and is left again.
        using var booted = world.Booted(UpdateWorld.New);
        booted.Boots.Bless([new("login", null)]);
        Assert.Equal(UpdateWorld.Old, booted.Boots.RollBack("the printer does not work").Version);
        Succeeds(await world.RunAsync("history"), "booted, good     20260103.1   login", "went back from   20260103.1   the printer does not work");
        Succeeds(await world.RunAsync("update", "--check"), "20260103.1 is not offered here: the printer does not work", "20260102.1 is up to date");
    }

    [Fact]
    public async Task Who_looks_is_told_what_boots_next_after_going_back()
    {
        await using var world = await DaemonWorld.StartAsync(releases);
        Succeeds(await world.RunAsync("update"), "20260103.1 is installed (");

        // The machine was restarted: the service of the new release is on a bus of its own.
        using var booted = world.Booted(UpdateWorld.New);
        booted.Boots.Bless([]);
        await using var bus = await PrivateBus.StartAsync();
        await using var page = await bus.ConnectAsync();
        TaskCompletionSource there = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource<string> staged = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var watch = await page.WatchNameAsync(UpdatesObject.Name, owner =>
        {
            there.TrySetResult();
            return Task.CompletedTask;
        }, Cancellation);
        await using var signals = await page.SubscribeAsync(UpdatesObject.Name, UpdatesObject.Path, "org.freedesktop.DBus.Properties", "PropertiesChanged", signal =>
        {
            if (signal.Values.GetDictionary(1).GetValueOrDefault("Staged") is BusVariant { Value: string version })
            {
                staged.TrySetResult(version);
            }

            return Task.CompletedTask;
        }, Cancellation);
        using var stop = new CancellationTokenSource();
        var served = DaemonServer.RunAsync(await bus.ConnectAsync(), booted, Timeout.InfiniteTimeSpan, stop.Token);
        await there.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
        await page.CallAsync(UpdatesObject.Name, UpdatesObject.Path, UpdatesObject.Interface, "RollBack", "s", ["the printer does not work"], cancellation: Cancellation);
        Assert.Equal("20260102.1", await staged.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancellation));
        await stop.CancelAsync();
        await served;
    }

    [Fact]
    public async Task Errors_cross_the_bus_with_their_line_and_their_exit_code()
    {
        await using var world = await DaemonWorld.StartAsync(releases);
        await FailsAsync(ExitCode.Usage, "'tomorrow' is not a version; versions are YYYYMMDD.N", "update", "tomorrow");
        await FailsAsync(ExitCode.BadInput, "20260102.1 is what runs; see 'bananactl status'", "update", "20260102.1");
        await FailsAsync(ExitCode.BadInput, "there is no other release on this machine to go back to", "rollback");
        await FailsAsync(ExitCode.Usage, "see 'bananactl pause --help'", "pause", "--days", "0");
        await FailsAsync(ExitCode.Usage, "there is no command 'frob'; see 'bananactl --help'", "frob");
        await File.WriteAllTextAsync(world.Settings, "{ \"repository\": \"http://127.0.0.1:9/\" }", Cancellation);
        await FailsAsync(ExitCode.Unreachable, "http://127.0.0.1:9/", "update", "--check");
        await File.WriteAllTextAsync(world.Settings, "{ \"chanel\": 1 }", Cancellation);
        await FailsAsync(ExitCode.BadInput, "etc/banana/updates.json:1: ", "status");

        async Task FailsAsync(ExitCode code, string message, params string[] args)
        {
            var (exit, output, error) = await world.RunAsync(args);
            Assert.Contains(message, error, StringComparison.Ordinal);
            Assert.Equal((code, 1, string.Empty), ((ExitCode)exit, error.Count(letter => letter == '\n'), output));
        }
    }

    [Fact]
    public async Task One_update_at_a_time_and_a_cancelled_one_goes_on()
    {
        await using var world = await DaemonWorld.StartAsync(releases);
        await File.WriteAllTextAsync(world.Settings, "{ \"bytesPerSecond\": 1024 }", Cancellation);
        await using var client = await world.ConnectAsync();
        using var stop = new CancellationTokenSource();
        TaskCompletionSource<UpdateProgress> seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var update = client.UpdateAsync(string.Empty, UpdatesObject.Background, progress =>
        {
            if (progress is { Fetched: > 0, ToFetch: > 0 })
            {
                seen.TrySetResult(progress);
            }
        }, stop.Token);
        var progress = await seen.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        Assert.InRange(progress.Fetched, 1, progress.ToFetch);
        var (code, _, error) = await world.RunAsync("update");
        Assert.Equal((ExitCode.Busy, "bananactl: another update is at work\n"), ((ExitCode)code, error));
        Assert.Equal(ExitCode.Busy, (ExitCode)(await world.RunAsync("rollback")).Code);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => update);
        Succeeds(await world.RunAsync("update"), "20260103.1 is installed");
    }

    [Fact]
    public async Task Background_updates_wait_for_better_times_and_those_that_are_asked_for_do_not()
    {
        await using var world = await DaemonWorld.StartAsync(releases);
        Succeeds(await world.RunAsync("pause", "--days", "3"), "no updates in the background until ");
        await NotNowAsync("updates are paused until ");
        Succeeds(await world.RunAsync("pause", "--off"), "updates in the background go on");

        var power = Path.Combine(world.Device.Root, "sys/class/power_supply/BAT0");
        Directory.CreateDirectory(power);
        foreach (var (file, text) in new[] { ("type", "Battery"), ("capacity", "12"), ("status", "Discharging") })
        {
            await File.WriteAllTextAsync(Path.Combine(power, file), text, Cancellation);
        }

        await NotNowAsync("the battery is at 12 %, below 30 %; plug the machine in");
        await File.WriteAllTextAsync(Path.Combine(power, "status"), "Charging", Cancellation);

        // What NetworkManager says of a telephone's network.
        var network = await world.Bus.ConnectAsync();
        await using (await network.ExportAsync("/org/freedesktop/NetworkManager", new BusInterface("org.freedesktop.NetworkManager").Property("Metered", "u", () => 3u), Cancellation))
        {
            await network.RequestNameAsync("org.freedesktop.NetworkManager", Cancellation);
            await NotNowAsync("the network costs by the byte");
            await network.ReleaseNameAsync("org.freedesktop.NetworkManager", Cancellation);
        }

        await File.WriteAllTextAsync(world.Settings, "{ \"automatic\": \"off\" }", Cancellation);
        await NotNowAsync("automatic updates are turned off");
        await File.WriteAllTextAsync(world.Settings, "{ \"automatic\": \"check\" }", Cancellation);
        Succeeds(await world.RunAsync("update", "--background"), "20260103.1 is offered: ");
        Succeeds(await world.RunAsync("update", "--download-only"), "20260103.1 is fetched (");
        Succeeds(await world.RunAsync("update"), "20260103.1 is installed");

        async Task NotNowAsync(string reason)
        {
            var (code, _, error) = await world.RunAsync("update", "--background");
            Assert.Contains(reason, error, StringComparison.Ordinal);
            Assert.Equal(ExitCode.Busy, (ExitCode)code);
        }
    }

    [Fact]
    public async Task The_interfaces_are_those_that_are_described()
    {
        await using var world = await DaemonWorld.StartAsync(releases);
        await File.WriteAllTextAsync(world.Settings, "{ \"bytesPerSecond\": 1024 }", Cancellation);
        var bus = await world.Bus.ConnectAsync();
        var reply = await bus.CallAsync(UpdatesObject.Name, UpdatesObject.Path, UpdatesObject.Interface, "Update", "st", [string.Empty, UpdatesObject.Background], cancellation: Cancellation);
        var job = reply.Get<string>(0);
        var objects = new[]
        {
            (UpdatesObject.Path, UpdatesObject.Interface), (job, JobBoard.Interface), (SysupdateNames.ManagerPath, SysupdateNames.Manager), (SysupdateNames.TargetPath, SysupdateNames.Target),
            (SysupdateNames.JobPath(1), SysupdateNames.Job),
        };
        foreach (var (path, name) in objects)
        {
            var seen = (await bus.CallAsync(UpdatesObject.Name, path, "org.freedesktop.DBus.Introspectable", "Introspect", string.Empty, [], cancellation: Cancellation)).Get<string>(0);
            var described = await File.ReadAllTextAsync(Path.Combine(Checkout, "dbus", name + ".xml"), Cancellation);
            Assert.Equal(Members(described, name), Members(seen, name));
        }

        await bus.CallAsync(UpdatesObject.Name, job, JobBoard.Interface, "Cancel", string.Empty, [], cancellation: Cancellation);
    }

    [Fact]
    public async Task Sessions_are_told_by_a_file_what_waits_for_a_restart()
    {
        await using var world = await DaemonWorld.StartAsync(releases);
        var staged = new StagedFile(world.Device.Root);
        Assert.Null(staged.Read());
        Succeeds(await world.RunAsync("update"), "20260103.1 is installed (");
        await world.Bus.UntilAsync(() => staged.Read() == UpdateWorld.New);
        Assert.Equal("20260103.1\n", await File.ReadAllTextAsync(staged.Location, Cancellation));

        // A process that comes later says it again, and says it anew where it was lost.
        await new StagedTeller(world.Device).TellAsync();
        Assert.Equal(UpdateWorld.New, staged.Read());
        File.Delete(staged.Location);
        await new StagedTeller(world.Device).TellAsync();
        Assert.Equal(UpdateWorld.New, staged.Read());

        // After the restart nothing waits; nor does what the user went back to, who knows.
        using var booted = world.Booted(UpdateWorld.New);
        await new StagedTeller(booted).TellAsync();
        Assert.Null(staged.Read());
        booted.Boots.Bless([new("login", null)]);
        booted.Boots.RollBack("the printer does not work");
        await new StagedTeller(booted).TellAsync();
        Assert.Null(staged.Read());
    }

    [Fact]
    public async Task The_file_for_sessions_is_written_at_the_start_too()
    {
        await using var world = await DaemonWorld.StartAsync(releases, change: device =>
        {
            // What a process of another boot left behind.
            new StagedFile(device.Root).WriteAsync(UpdateWorld.New).GetAwaiter().GetResult();
            return device;
        });
        Assert.Null(new StagedFile(world.Device.Root).Read());
    }

    [Fact]
    public async Task It_leaves_when_nobody_needs_it()
    {
        await using var world = await DaemonWorld.StartAsync(releases, TimeSpan.FromMilliseconds(300));
        await world.Served.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
    }

    private static string Checkout => Banana.Cli.Setup.Checkout.Find().Root;

    private static void Succeeds((int Code, string Output, string Error) result, params string[] texts)
    {
        Assert.Equal((0, string.Empty), (result.Code, result.Error));
        Assert.All(texts, text => Assert.Contains(text, result.Output, StringComparison.Ordinal));
    }

    /// <summary>Everything that an interface has, by name and type.</summary>
    internal static List<string> Members(string xml, string name)
    {
        // The DTD is on the web, where no test has to go.
        using var reader = System.Xml.XmlReader.Create(new StringReader(xml), new() { DtdProcessing = System.Xml.DtdProcessing.Ignore });
        var found = XDocument.Load(reader).Descendants("interface").Single(element => element.Attribute("name")!.Value == name);
        return [.. found.Elements().Select(member => member.Name.LocalName + " " + member.Attribute("name")!.Value + " " + (member.Attribute("type")?.Value ?? string.Join(" ", member.Elements("arg").Select(argument => $"{argument.Attribute("direction")?.Value ?? "out"} {argument.Attribute("name")?.Value}:{argument.Attribute("type")!.Value}")))).Order(StringComparer.Ordinal)];
    }
}
