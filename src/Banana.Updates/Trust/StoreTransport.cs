// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Errors;
using Banana.Releases.Layout;
using Banana.Releases.Stores;
using Banana.Tuf;
using Banana.Tuf.Transport;

namespace Banana.Updates.Trust;

/// <summary>TUF metadata out of the store of a repository.</summary>
/// <param name="store">The repository.</param>
public sealed class StoreTransport(IReleaseStore store) : ITufTransport
{
    /// <inheritdoc/>
    public async Task<Stream> OpenAsync(string path, long maxLength, CancellationToken cancellation)
    {
        try
        {
            var found = await store.ReadAsync(RepositoryLayout.Metadata + path, (int)Math.Min(maxLength, int.MaxValue), cancellation).ConfigureAwait(false);
            return found is null ? throw new TufException(TufFailure.NotFound, $"{path} is not in {store.Location}") : new MemoryStream(found.Content, writable: false);
        }
        catch (BananaException error)
        {
            throw new TufException(error.Code == ExitCode.Untrusted ? TufFailure.TooLarge : error.Code == ExitCode.BadInput ? TufFailure.Malformed : TufFailure.Unreachable, error.Message, error);
        }
    }
}
