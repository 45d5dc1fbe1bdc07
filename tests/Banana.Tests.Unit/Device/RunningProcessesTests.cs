// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Daemon.Health;
using Banana.Foundation.Files;

namespace Banana.Tests.Unit.Device;

/// <summary>How long processes have run, by /proc.</summary>
public sealed class RunningProcessesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly uint user;

    public RunningProcessesTests()
    {
        user = UnixFile.Stat(folder.Path).Owner;
        Write("uptime", "1000.50 1900.00\n");
        Add(100, "kwin_wayland", started: 90_000);
        Add(200, "kwin_wayland", started: 99_550);
        Add(300, "kwin_wayland_wr", started: 10_000);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_one_that_runs_longest_counts() => Assert.Equal(TimeSpan.FromSeconds(100.5), new RunningProcesses(folder.Path).LongestLife("kwin_wayland", user));

    [Fact]
    public void A_process_of_somebody_else_does_not_count() => Assert.Null(new RunningProcesses(folder.Path).LongestLife("kwin_wayland", user + 1));

    [Fact]
    public void What_does_not_run_has_no_life() => Assert.Null(new RunningProcesses(folder.Path).LongestLife("plasmashell", user));

    [Fact]
    public void A_real_process_is_found()
    {
        var own = File.ReadAllText("/proc/self/comm").TrimEnd('\n');
        var life = new RunningProcesses("/").LongestLife(own, UnixFile.Stat("/proc/self").Owner);
        Assert.InRange(life!.Value, TimeSpan.Zero, TimeSpan.FromDays(1000));
    }

    private void Add(int process, string name, long started)
    {
        Write($"{process}/comm", name + "\n");
        Write($"{process}/stat", $"{process} ({name}) S 1 1 1 0 -1 4194304 100 0 0 0 5 3 0 0 20 0 8 0 {started} 1000 200 184\n");
    }

    private void Write(string file, string text)
    {
        var path = Path.Combine(folder.Path, "proc", file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
