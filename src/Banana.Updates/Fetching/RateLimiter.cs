// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Updates.Fetching;

/// <summary>Spreads bytes over time: who has taken some waits until the time that they were worth is over. Shared by all requests.</summary>
/// <param name="bytesPerSecond">The rate; null: no limit.</param>
/// <param name="time">The clock.</param>
internal sealed class RateLimiter(long? bytesPerSecond, TimeProvider time)
{
    private readonly Lock turn = new();
    private readonly long start = time.GetTimestamp();
    private TimeSpan paidUntil;

    /// <summary>How many bytes may be asked for at once, so that no read outruns the limit by much.</summary>
    public int Piece { get; } = bytesPerSecond is { } rate ? (int)Math.Clamp(rate / 8, 1024, 1 << 20) : int.MaxValue;

    public async ValueTask PayAsync(long bytes, CancellationToken cancellation)
    {
        if (bytesPerSecond is not { } rate || bytes == 0)
        {
            return;
        }

        TimeSpan wait;
        lock (turn)
        {
            var now = time.GetElapsedTime(start);
            paidUntil = (paidUntil > now ? paidUntil : now) + TimeSpan.FromSeconds((double)bytes / rate);
            wait = paidUntil - now;
        }

        await Task.Delay(wait, time, cancellation).ConfigureAwait(false);
    }
}
