// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Errors;
using Banana.Releases.Stores;

namespace Banana.Releases.Sysupdate;

/// <summary>Changes the list that stock systemd-sysupdate reads, with its signature.</summary>
internal static class ChecksumEditor
{
    /// <summary>Writes the list anew.</summary>
    /// <param name="store">The repository, whose lock is held.</param>
    /// <param name="edition">The edition whose list it is.</param>
    /// <param name="sign">Makes a detached signature; null: there is no key at hand.</param>
    /// <param name="create">Whether a list is begun where there is none.</param>
    /// <param name="change">The change.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="BananaException">The change needs a signature, and there is no key: nothing was written.</exception>
    public static async Task ChangeAsync(IReleaseStore store, string edition, Func<byte[], CancellationToken, Task<byte[]>>? sign, bool create, Action<ChecksumList> change, CancellationToken cancellation)
    {
        var key = ChecksumList.KeyOf(edition);
        var before = await store.ReadAsync(key, ChecksumList.MaximumLength, cancellation).ConfigureAwait(false);
        if (before is null && !create)
        {
            return;
        }

        var list = before is null ? new ChecksumList() : ChecksumList.Parse(before.Content, key);
        change(list);
        var bytes = list.ToBytes();
        if (sign is null)
        {
            if (before is not null && bytes.AsSpan().SequenceEqual(before.Content))
            {
                return;
            }

            throw new BananaException(ExitCode.BadInput, $"{key}, which stock systemd-sysupdate reads, has to be signed anew", store.Location, "give the GnuPG home of its key with --gpg-home");
        }

        // The signature first would be as wrong as the list first; a reader in between gets a bad signature and tries again.
        var signature = await sign(bytes, cancellation).ConfigureAwait(false);
        _ = await store.WriteAsync(key, bytes, Precondition.None, cancellation).ConfigureAwait(false);
        _ = await store.WriteAsync(ChecksumList.SignatureKeyOf(edition), signature, Precondition.None, cancellation).ConfigureAwait(false);
    }
}
