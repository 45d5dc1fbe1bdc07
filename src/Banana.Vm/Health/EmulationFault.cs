// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Vm.Serial;

namespace Banana.Vm.Health;

/// <summary>
/// A fault that emulated guests die of now and then, and that is not theirs. Linux patches sched_clock_cpu while it marks its clock stable,
/// with a breakpoint meanwhile; an emulated processor that runs the function then can meet the breakpoint when it should be gone, and
/// the kernel panics. Seen twice in some sixty boots, with QEMU 7.2 and 11.1, always right after "sched_clock: Marking stable"; why is not known.
/// </summary>
internal static class EmulationFault
{
    /// <summary>How often a boot is begun again because of it.</summary>
    public const int Restarts = 2;

    /// <summary>Whether a console shows it.</summary>
    /// <remarks>A sample: <c>[    2.202191] Oops: int3: 0000 [#1] SMP NOPTI</c>, then <c>[    2.204726] RIP: 0010:sched_clock_cpu+0x9/0x230</c>.</remarks>
    public static bool IsIn(IReadOnlyList<SerialLine> console)
    {
        for (var line = 0; line < console.Count; line++)
        {
            if (console[line].Text.Contains("Oops: int3", StringComparison.Ordinal))
            {
                return console.Skip(line).Take(10).Any(next => next.Text.Contains("RIP: 0010:sched_clock_cpu+", StringComparison.Ordinal));
            }
        }

        return false;
    }
}
