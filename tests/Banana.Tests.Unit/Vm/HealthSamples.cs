// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Vm.Health;
using Banana.Vm.Serial;

namespace Banana.Tests.Unit.Vm;

/// <summary>Reports as a guest prints them; the first is of a real boot, shortened.</summary>
internal static class HealthSamples
{
    public const string RootHash = "1ea3266b4a84251e3e02b4c76f6abb20fa02ee25e6befe55be86b95ec5620f87";

    private const string Healthy = $"""
        os=ID=banana
        os=NAME="Banana"
        os=PRETTY_NAME="Banana Core 20261030.1"
        os=IMAGE_VERSION=20261030.1
        os=HOME_URL="https://example.org/?a=b"
        kernel=7.2.12+deb14-amd64
        cmdline=usrhash={RootHash} rw console=tty0 console=ttyS0 systemd.firstboot=off
        state=running
        systemd=systemd 262 (262-1)
        manager=FirmwareTimestampMonotonic=5200000
        manager=LoaderTimestampMonotonic=1200000
        manager=InitRDTimestampMonotonic=8732000
        manager=UserspaceTimestampMonotonic=53232000
        manager=FinishTimestampMonotonic=98632000
        unit=Id=systemd-networkd.service
        unit=InactiveExitTimestampMonotonic=70000000
        unit=ActiveEnterTimestampMonotonic=81000000
        unit=
        unit=ActiveEnterTimestampMonotonic=62500000
        unit=Id=systemd-udev-trigger.service
        unit=InactiveExitTimestampMonotonic=60000000
        unit=
        unit=Id=never-started.service
        unit=InactiveExitTimestampMonotonic=0
        unit=ActiveEnterTimestampMonotonic=0
        mount=/ /dev/vda6 btrfs 6374273024 22642688 rw,nodev,relatime,subvol=/
        mount=/usr /dev/mapper/usr erofs 197017600 197017600 ro,relatime
        mount=/etc overlay overlay 6374273024 22642688 rw,relatime,lowerdir=/sysroot/usr/share/factory/etc
        mount=/efi systemd-1 autofs 0 0 rw,relatime
        mount=/run tmpfs tmpfs 411340800 315392 rw,nosuid
        writable=/
        writable=/etc
        writable=/var
        dm=root CRYPT-LUKS2-0123-root
        dm=usr CRYPT-VERITY-1ea3266b4a84251e-usr
        verity=/dev/mapper/usr is active and is in use.
        verity=type:    VERITY
        verity=status:  verified
        memory=MemTotal:        2008500 kB
        memory=MemFree:         1744692 kB
        memory=MemAvailable:    1715532 kB
        loader=systemd-boot 262-1
        entry=banana_20261030.1.efi
        bless=good
        error=[   32.4] udevd: a=b
        uptime=103.49 26.68
        """;

    public static IReadOnlyList<string> Lines { get; } = Healthy.Split('\n');

    public static HealthReport Report { get; } = HealthParser.Parse(Lines);

    /// <summary>The report with some of its lines replaced: each by its beginning; an empty replacement removes.</summary>
    public static HealthReport With(params (string Begin, string Line)[] changes)
    {
        var lines = Lines.ToList();
        foreach (var (begin, line) in changes)
        {
            var at = lines.FindIndex(each => each.StartsWith(begin, StringComparison.Ordinal));
            lines.RemoveAll(each => each.StartsWith(begin, StringComparison.Ordinal));
            if (line.Length > 0)
            {
                lines.InsertRange(at < 0 ? lines.Count : at, line.Split('\n'));
            }
        }

        return HealthParser.Parse(lines);
    }

    /// <summary>A boot that came to its end.</summary>
    public static BootRecord Boot(HealthReport? report = null) => new()
    {
        Health = report ?? Report,
        Verdict = HealthVerdict.Of(report ?? Report),
        Serial =
        [
            new SerialLine(TimeSpan.FromSeconds(7), "BdsDxe: starting Boot0001 \"UEFI Misc Device\""),
            new SerialLine(TimeSpan.FromSeconds(10.4), "[    0.000000] Linux version 7.2.12+deb14-amd64"),
            new SerialLine(TimeSpan.FromSeconds(30), "[  OK  ] Started <b>foo</b> & \"bar\"."),
            new SerialLine(TimeSpan.FromSeconds(100), "banana login:"),
        ],
        SerialLog = "/logs/serial.log",
        ReportedAfter = TimeSpan.FromSeconds(110),
        Screen = new byte[] { 1, 2, 3 },
        Acceleration = "emulation (the processor shows no vmx or svm flag)",
    };
}
