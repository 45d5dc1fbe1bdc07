// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Tuf.Transport;

/// <summary>Where metadata or targets come from. Nothing that it returns is trusted.</summary>
public interface ITufTransport
{
    /// <summary>Opens a file.</summary>
    /// <param name="path">Relative, its segments percent-encoded and parted by slashes: <c>3.root.json</c>, <c>plasma/20260101.1/abc….manifest.json</c>.</param>
    /// <param name="maxLength">Bytes that will be read at most; a transport that knows the length may refuse a longer file at once.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <exception cref="TufException"><see cref="TufFailure.NotFound"/>, <see cref="TufFailure.Unreachable"/>, <see cref="TufFailure.TooSlow"/> or <see cref="TufFailure.TooLarge"/>; the stream's reads throw these too.</exception>
    Task<Stream> OpenAsync(string path, long maxLength, CancellationToken cancellation);
}
