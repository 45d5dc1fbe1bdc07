// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Vm.Health;
using Banana.Vm.Serial;

namespace Banana.Tests.Unit.Vm;

/// <summary>What a boot is begun again for, and what not.</summary>
public sealed class EmulationFaultTests
{
    // Of a boot on 22 November 2026.
    private static readonly string[] Seen =
    [
        "[    2.197560] sched_clock: Marking stable (2252118299, -57992074)->(2216564309, -22438084)",
        "[    2.202191] Oops: int3: 0000 [#1] SMP NOPTI",
        "[    2.202999] CPU: 0 UID: 0 PID: 17 Comm: kworker/u8:1 Not tainted 7.2.12+deb14-amd64 #1 PREEMPT(lazy)  Debian 7.2.12-1",
        "[    2.204726] RIP: 0010:sched_clock_cpu+0x9/0x230",
        "[    2.211174] Kernel panic - not syncing: Fatal exception in interrupt",
    ];

    [Fact]
    public void The_fault_is_known_by_its_place() => Assert.True(EmulationFault.IsIn(Lines(Seen)));

    [Fact]
    public void Any_other_panic_is_the_guests_own()
    {
        Assert.False(EmulationFault.IsIn(Lines([.. Seen.Where(line => !line.Contains("RIP", StringComparison.Ordinal))])));
        Assert.False(EmulationFault.IsIn(Lines([.. Seen.Where(line => !line.Contains("Oops", StringComparison.Ordinal))])));
        Assert.False(EmulationFault.IsIn(Lines([Seen[1], "[    2.204726] RIP: 0010:some_driver+0x9/0x230"])));
        Assert.False(EmulationFault.IsIn([]));
    }

    private static List<SerialLine> Lines(string[] texts) => [.. texts.Select((text, number) => new SerialLine(TimeSpan.FromSeconds(number), text))];
}
