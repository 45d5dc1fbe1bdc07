// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text.RegularExpressions;
using Banana.Cli.Try;
using Banana.Cli.Try.Report;
using Banana.Formats.Release;
using Banana.Foundation.Progress;
using Banana.Tests.Unit.Vm;
using Banana.Vm.Health;
using Banana.Vm.Serial;

namespace Banana.Tests.Unit.Cli;

public sealed class TryReportTests : IDisposable
{
    private static readonly StepRecord[] Steps =
    [
        new("fetch", TimeSpan.Zero, TimeSpan.FromSeconds(0.2), "154 packages", Cached: true),
        new("tree", TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(28), "244 MiB & <more>", Cached: false),
        new("initrd", TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(4), "15 MiB", Cached: false),
    ];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_page_needs_nothing_from_elsewhere()
    {
        var html = HtmlReport.Render(Report());
        Assert.DoesNotMatch(new Regex(@"(src|href)\s*=\s*""(?!data:)|url\((?!data:)|@import|<script|<link"), html);
        Assert.Contains("src=\"data:image/png;base64,AQID\"", html);
        Assert.Contains("prefers-color-scheme: dark", html);
    }

    [Fact]
    public void Every_tag_that_opens_closes()
    {
        var open = new Stack<string>();
        foreach (Match tag in Regex.Matches(HtmlReport.Render(Report()), "<(?<end>/)?(?<name>[a-z][a-z0-9]*)[^>]*?(?<self>/)?>"))
        {
            var name = tag.Groups["name"].Value;
            if (tag.Groups["self"].Success || name is "meta" or "img")
            {
                continue;
            }

            if (tag.Groups["end"].Success)
            {
                Assert.Equal(open.Pop(), name);
            }
            else
            {
                open.Push(name);
            }
        }

        Assert.Empty(open);
    }

    [Fact]
    public void What_a_guest_says_is_text_and_never_markup()
    {
        var html = HtmlReport.Render(Report());
        Assert.Contains("Started &lt;b&gt;foo&lt;/b&gt; &amp; &quot;bar&quot;.", html);
        Assert.Contains("244 MiB &amp; &lt;more&gt;", html);
    }

    [Fact]
    public void A_healthy_boot_says_so_and_a_sick_one_says_why()
    {
        Assert.Contains("Built, booted, healthy", HtmlReport.Render(Report()));
        var sick = HtmlReport.Render(Report(HealthSamples.Boot(HealthSamples.With(("state=", "state=degraded\nfailed=foo.service\nfailed-log=foo.service it broke")))));
        Assert.Contains("Built and booted, but not healthy", sick);
        Assert.Contains("failed: foo.service (it broke)", sick);
        Assert.Contains("<pre class=\"said\">it broke</pre>", sick);
    }

    [Fact]
    public void A_boot_that_never_reported_has_its_log_and_the_stages_that_were_seen()
    {
        var boot = HealthSamples.Boot() with { Health = null, ReportedAfter = null, Screen = null, Verdict = new HealthVerdict([new HealthCheck("boot", false, "the guest's kernel panicked")]) };
        var html = HtmlReport.Render(Report(boot));
        Assert.Contains("Built, but it did not boot to the end", html);
        Assert.Contains("the guest&#39;s kernel panicked", html);
        Assert.Equal([("firmware", 7.0), ("boot loader", 3.4), ("kernel", 89.6)], BootTimeline.Of(boot).Select(stage => (stage.Name, Math.Round(stage.Duration.TotalSeconds, 3))));
    }

    [Fact]
    public void A_loader_without_a_clock_is_measured_by_the_first_word_of_the_kernel()
    {
        var boot = HealthSamples.Boot(HealthSamples.With(("manager=Firmware", ""), ("manager=Loader", "")));
        Assert.Equal(("firmware and boot loader", 10.4), (BootTimeline.Of(boot)[0].Name, BootTimeline.Of(boot)[0].Duration.TotalSeconds));
    }

    [Fact]
    public void A_machine_in_a_loop_does_not_make_an_endless_page()
    {
        var lines = Enumerable.Range(0, 200_000).Select(number => new SerialLine(TimeSpan.FromSeconds(number), $"line {number}")).ToList();
        var html = HtmlReport.Render(Report(HealthSamples.Boot() with { Serial = lines }));
        Assert.True(html.Length < 1_000_000);
        Assert.Contains("… 195000 lines left out …", html);
        Assert.Contains("line 199999", html);
    }

    [Fact]
    public async Task The_file_is_written_whole()
    {
        await HtmlReport.WriteAsync(Report(), folder["report/report.html"], TestContext.Current.CancellationToken);
        Assert.EndsWith("</html>\n", await File.ReadAllTextAsync(folder["report/report.html"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public void The_short_one_fits_on_a_terminal()
    {
        var lines = TextReport.Of(Report(), "out/try/report.html", (text, _) => text).ToList();
        Assert.InRange(lines.Count, 10, 22);
        Assert.Contains("Banana Core 20261030.1: built, booted, healthy", lines);
        Assert.Contains("  built      in 28.2 s, 1 of 3 steps from the cache", lines);
        Assert.Contains(lines, line => line.Contains("out/try/report.html", StringComparison.Ordinal));
    }

    [Fact]
    public void The_recorder_keeps_finished_steps_in_the_order_of_their_beginning()
    {
        var recorder = new StepRecorder();
        var outer = recorder.Begin("outer");
        using (recorder.Begin("stopped"))
        {
            recorder.Begin("inner").Complete("2 files", cached: true);
        }

        outer.Complete("done");
        Assert.Equal([("outer", "done", false), ("inner", "2 files", true)], recorder.Steps.Select(step => (step.Name, step.Result, step.Cached)));
        Assert.True(recorder.Steps[0].Duration >= recorder.Steps[1].Duration);
    }

    private TryReport Report(BootRecord? boot = null)
    {
        ReleaseSample.Write(folder, "release", "20261030.1");
        return TryReport.Of(ReleaseDirectory.Open(folder["release"]), "out/core/20261030.1", Steps, boot ?? HealthSamples.Boot(), DateTimeOffset.UnixEpoch);
    }
}
