// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Globalization;
using Banana.Cli.Build;
using Banana.Cli.Setup;
using Banana.Cli.Try.Story;
using Banana.Cli.Try.Update;
using Banana.Cli.Workbenches;
using Banana.Device.Reports;
using Banana.Formats.Release;
using Banana.Foundation.Files;
using Banana.Foundation.Processes;
using Banana.Foundation.Progress;
using Banana.Vm.Acceleration;
using Banana.Vm.Machine;

namespace Banana.Tests.Vm.Releases;

/// <summary>A release that works is kept: no boot of it is found bad, however slow the machine is, while there is another release to fall back to.</summary>
public sealed class HealthyBootTests : IDisposable
{
    private const string Variable = "BANANA_TEST_HEALTHY_BOOTS";
    private const int SlowEvery = 5;
    private readonly string folder = Directory.CreateTempSubdirectory("banana-healthy-").FullName;

    /// <summary>Whether it was asked for: twenty boots take as long as all other tests.</summary>
    public static bool IsAsked => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => ArtifactCache.DeleteTree(folder);

    [Fact(SkipUnless = nameof(IsAsked), Skip = "run 'banana test healthy-boots'")]
    public async Task A_healthy_release_is_never_left()
    {
        var boots = int.Parse(Environment.GetEnvironmentVariable(Variable)!, CultureInfo.InvariantCulture);
        using var environment = new MakerEnvironment(Checkout.Find(), SilentProgress.Instance);
        var maker = new Maker(environment, SilentProgress.Instance);
        var trial = new UpdateTrial(environment, SilentProgress.Instance) { PatchLevel = 3 };
        var release = ReleaseDirectory.Open((await maker.BuildAsync("core", version: null, Path.Combine(folder, "releases"), clean: false, Token)).Folder);
        var next = release.Manifest.Version with { Number = release.Manifest.Version.Number + 1 };
        var newer = ReleaseDirectory.Open((await maker.BuildAsync("core", next, Path.Combine(folder, "releases"), clean: false, Token)).Folder);
        await trial.PublishAsync(release, folder, Token);
        await trial.PublishAsync(newer, folder, Token);

        var options = new MachineOptions { SerialLog = Path.Combine(folder, "serial.log"), Disk = release.Require(PartRole.Disk), Accelerator = Accelerator.Detect() };
        await using var story = new DeviceStory(options, folder, new ProcessRunner(), SilentProgress.Instance);
        await story.BeginAsync(release.Manifest, Token);
        await story.InstallAsync(next, Token);
        for (var boot = 1; boot <= boots; boot++)
        {
            using var load = boot % SlowEvery == 0 ? new BusyProcessors() : null;
            var status = await story.RestartAsync(next, failures: 0, Token);
            Assert.True(status.Health.IsGood, $"boot {boot}: {string.Join("; ", status.Health.Checks)}");
            var running = status.Slots.Single(slot => slot.State == SlotState.Running);
            Assert.Equal((next, $"banana_{next}+3.efi"), (running.Version!.Value, running.Entry));
        }

        var report = await story.EndAsync(Token);
        Assert.True(report.IsGood, string.Join("; ", report.Events.Where(happened => !happened.IsGood).Select(happened => happened.What)));
        Assert.Contains(report.History, line => line.Contains("booted, good", StringComparison.Ordinal) && line.Contains(next.ToString(), StringComparison.Ordinal));
        Assert.DoesNotContain(report.History, line => line.Contains("fell back", StringComparison.Ordinal) || line.Contains("not good", StringComparison.Ordinal));
    }

    /// <summary>Two threads for each processor that do nothing and take their time: a machine beside them is slow.</summary>
    private sealed class BusyProcessors : IDisposable
    {
        private readonly List<Thread> threads;
        private volatile bool stop;

        public BusyProcessors()
        {
            threads = [.. Enumerable.Range(0, 2 * Environment.ProcessorCount).Select(_ => new Thread(Spin))];
            threads.ForEach(thread => thread.Start());
        }

        public void Dispose()
        {
            stop = true;
            threads.ForEach(thread => thread.Join());
        }

        private void Spin()
        {
            while (!stop)
            {
                Thread.SpinWait(1000);
            }
        }
    }
}
