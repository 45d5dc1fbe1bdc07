// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.CommandLine;
using Banana.Cli.Keys;
using Banana.Formats.Release;
using Banana.Foundation.Errors;
using Banana.Releases.Stores;

namespace Banana.Cli.Releasing;

/// <summary>What the commands that change a repository have in common.</summary>
internal static class RepositoryOptions
{
    /// <summary>The repository.</summary>
    public static Option<string> Repository(string name = "--repo") => new(name) { Description = "The repository: a folder or s3://BUCKET/PREFIX", Required = true, HelpName = "REPO" };

    /// <summary>The private keys.</summary>
    public static Option<string[]> Keys() => new("--keys") { Description = "The private keys that are at hand: files or folders (see 'banana keys')", Required = true, HelpName = "PATH" };

    /// <summary>The key of the list that stock systemd-sysupdate reads.</summary>
    public static Option<string?> GpgHome() => new("--gpg-home") { Description = "A GnuPG home with the key that signs SHA256SUMS for stock systemd-sysupdate; without it there is no such list", HelpName = "FOLDER" };

    /// <summary>A release as EDITION/VERSION.</summary>
    public static Argument<string> Release() => new("RELEASE") { Description = "The release, as EDITION/VERSION (core/20261130.1)" };

    /// <summary>Reads EDITION/VERSION.</summary>
    public static (string Edition, ReleaseVersion Version) Parse(string text) =>
        text.Split('/') is [{ Length: > 0 } edition, var version] && ReleaseVersion.TryParse(version, out var parsed)
            ? (edition, parsed)
            : throw new BananaException(ExitCode.Usage, $"'{text}' names no release", next: "write it as EDITION/VERSION, like core/20261130.1");

    /// <summary>Opens store and keys for a piece of work.</summary>
    public static async Task<T> UseAsync<T>(string repository, string[] keys, string? passphraseFile, Func<IReleaseStore, KeyFolder, Task<T>> work)
    {
        using var folder = KeyFolder.Open(keys, passphraseFile);
        using var store = ReleaseStores.Open(repository);
        return await TufErrors.ExplainAsync(repository, () => work(store, folder));
    }
}
