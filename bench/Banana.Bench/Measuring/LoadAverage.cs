// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

namespace Banana.Bench.Measuring;

/// <summary>How busy the machine is.</summary>
internal static class LoadAverage
{
    /// <summary>The average of the last minute: it comes first in "6.41 8.16 9.46 3/214 4711" (proc_loadavg(5)).</summary>
    public static async Task<string> ReadAsync(CancellationToken cancellation) => (await File.ReadAllTextAsync("/proc/loadavg", cancellation)).Split(' ')[0];
}
