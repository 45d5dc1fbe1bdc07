// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Foundation.Errors;
using Banana.Vm.Health;

namespace Banana.Tests.Unit.Vm;

public sealed class HealthReportTests
{
    [Fact]
    public void Everything_that_a_guest_says_is_read()
    {
        var report = HealthSamples.Report;
        Assert.Equal("Banana Core 20261030.1", report.OsField("PRETTY_NAME"));
        Assert.Equal("https://example.org/?a=b", report.OsField("HOME_URL"));
        Assert.Equal(("7.2.12+deb14-amd64", "systemd 262 (262-1)", "running"), (report.Kernel, report.Systemd, report.State));
        Assert.Equal(new Mount("/usr", "/dev/mapper/usr", "erofs", 197017600, 197017600, "ro,relatime"), report.Mounts["/usr"]);
        Assert.Equal("/", report.Mounts["/var"].Target);
        Assert.Equal("/", report.Mounts["/efi"].Target); // an automount that nobody touched is not mounted
        Assert.Equal(new VerityDevice("usr", "verified", HealthSamples.RootHash), report.Verity);
        Assert.Equal([("systemd-networkd.service", 11.0), ("systemd-udev-trigger.service", 2.5)], report.Slowest.Select(unit => (unit.Unit, unit.Time.TotalSeconds)));
        Assert.Equal((2008500L * 1024, 1715532L * 1024), (report.MemoryTotal, report.MemoryAvailable));
        Assert.Equal(("systemd-boot 262-1", "banana_20261030.1.efi", "good"), (report.Loader, report.Entry, report.Bless));
        Assert.Equal(["[   32.4] udevd: a=b"], report.Errors);
        Assert.Equal(103.49, report.Uptime.TotalSeconds);
    }

    [Fact]
    public void The_stages_of_a_boot_follow_from_the_marks_of_the_manager()
    {
        var times = HealthSamples.Report.Times;
        Assert.Equal([4.0, 1.2, 8.732, 44.5, 45.4], new[] { times.Firmware, times.Loader, times.Kernel, times.Initrd, times.Userspace }.Select(time => Math.Round(time!.Value.TotalSeconds, 3)));
        Assert.Equal(103.832, Math.Round(times.Total.TotalSeconds, 3));
    }

    [Fact]
    public void A_loader_without_a_clock_and_a_boot_without_an_initrd_leave_their_stages_out()
    {
        var times = HealthSamples.With(("manager=Firmware", "manager=FirmwareTimestampMonotonic=0"), ("manager=Loader", "manager=LoaderTimestampMonotonic=0"), ("manager=InitRD", "manager=InitRDTimestampMonotonic=0")).Times;
        Assert.Equal((null, null, null), (times.Firmware, times.Loader, times.Initrd));
        Assert.Equal(53.232, times.Kernel!.Value.TotalSeconds);
    }

    [Fact]
    public void An_empty_report_is_a_report_and_an_unhealthy_one()
    {
        var verdict = HealthVerdict.Of(HealthParser.Parse([]));
        Assert.False(verdict.IsHealthy);
        Assert.True(verdict.Reasons.Count() >= 4);
    }

    [Fact]
    public void A_report_is_taken_from_between_its_markers()
    {
        string[] sent = ["BdsDxe: loading Boot0001", "BANANA-HEALTH-BEGIN 1", .. HealthSamples.Lines, $"BANANA-HEALTH-END {HealthSamples.Lines.Count}", "more"];
        Assert.Equal("running", GuestHealth.Read(sent).State);
    }

    [Fact]
    public void A_report_with_a_lost_line_is_refused()
    {
        string[] sent = ["BANANA-HEALTH-BEGIN 1", .. HealthSamples.Lines.Skip(1), $"BANANA-HEALTH-END {HealthSamples.Lines.Count}"];
        var error = Assert.Throws<BananaException>(() => GuestHealth.Read(sent));
        Assert.Contains($"{HealthSamples.Lines.Count - 1} of {HealthSamples.Lines.Count} lines came", error.Message);
    }

    [Fact]
    public void The_probe_is_given_by_credentials_that_systemd_knows()
    {
        var names = HealthProbe.Credentials().Select(credential => credential.Name);
        Assert.Equal(["banana.health", "systemd.extra-unit.banana-health.service", "systemd.unit-dropin.multi-user.target"], names);
    }
}
