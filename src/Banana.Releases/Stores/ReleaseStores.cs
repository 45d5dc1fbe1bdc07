// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Errors;
using Banana.Releases.Stores.Folder;
using Banana.Releases.Stores.Http;
using Banana.Releases.Stores.S3;

namespace Banana.Releases.Stores;

/// <summary>Opens a store by its address.</summary>
public static class ReleaseStores
{
    /// <summary>Opens a store. Nothing is read or made yet.</summary>
    /// <param name="address">A folder, <c>http://…</c>, <c>https://…</c>, or <c>s3://BUCKET[/PREFIX]</c> with its settings from the environment.</param>
    /// <param name="options">Time-outs and retries of what goes over the network.</param>
    /// <exception cref="BananaException">The address is none of these, or settings are missing.</exception>
    public static IReleaseStore Open(string address, HttpStoreOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(address);
        var scheme = address.IndexOf("://", StringComparison.Ordinal);
        return (scheme < 0 ? string.Empty : address[..scheme]) switch
        {
            "" => new FolderStore(address),
            "http" or "https" => new HttpStore(address, options),
            "s3" => new S3Store(S3Settings.FromEnvironment(address, Environment.GetEnvironmentVariable), options),
            var other => throw new BananaException(ExitCode.Usage, $"'{other}' is not a kind of store", where: address, next: "give a folder, http://…, https://… or s3://BUCKET/PREFIX"),
        };
    }
}
