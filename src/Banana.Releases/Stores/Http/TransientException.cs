// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Releases.Stores.Http;

/// <summary>An attempt failed in a way that may pass: no connection, a stall, an early end, a busy server.</summary>
/// <param name="reason">What happened, for the last attempt's error.</param>
/// <param name="retryAfter">How long the server asked us to wait.</param>
/// <param name="inner">The cause.</param>
internal sealed class TransientException(string reason, TimeSpan? retryAfter = null, Exception? inner = null) : Exception(reason, inner)
{
    public TimeSpan? RetryAfter => retryAfter;
}
