// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Definition.Model;
using Banana.Foundation.Progress;

namespace Banana.Bases.Debian;

/// <summary>Debian: any suite of any mirror whose Release file is signed by a key that the definition names.</summary>
/// <param name="context">Tools, downloads, pool, progress.</param>
public sealed class DebianBase(BaseContext context) : IBase
{
    /// <inheritdoc/>
    public string Recipe { get; } = "debian-2\n" + string.Join('\n', new PathExcludes([]).DpkgOptions);

    /// <inheritdoc/>
    public Task<Lockfile> ResolveAsync(BaseDefinition definition, SuiteDefinition suite, IReadOnlyList<string> packages, CancellationToken cancellation) =>
        new DebianResolver(context).ResolveAsync(definition, suite, packages, cancellation);

    /// <inheritdoc/>
    public async Task FetchAsync(BaseDefinition definition, Lockfile lockfile, CancellationToken cancellation)
    {
        using var step = context.Progress.Begin("fetch");
        var downloads = lockfile.Packages.Select(package => new Download(
            package.Title,
            Address(definition.Mirror!, package),
            definition.Archive is { } archive ? Address(archive.Replace("{date}", Snapshot(lockfile), StringComparison.Ordinal), package) : null,
            package.Size,
            package.Sha256)).ToList();
        var missing = downloads.Where(download => !context.Pool.Has(download.Sha256, download.Size)).Sum(download => download.Size);
        await context.Downloader.FetchAsync(downloads, context.Pool, step, cancellation).ConfigureAwait(false);
        step.Complete(missing == 0 ? $"{downloads.Count} packages" : $"{downloads.Count} packages, {ByteSize.Format(missing)} downloaded", cached: missing == 0);
    }

    /// <inheritdoc/>
    public Task InstallAsync(Lockfile lockfile, IReadOnlyList<string> languages, string tree, CancellationToken cancellation) =>
        new DebianInstaller(context, lockfile, new PathExcludes(languages), tree).InstallAsync(cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<InstalledPackage>> ListAsync(Lockfile lockfile, string tree, CancellationToken cancellation) =>
        Task.Run<IReadOnlyList<InstalledPackage>>(() => DebianPackageList.Read(tree), cancellation);

    private static string Address(string mirror, LockedPackage package) => $"{mirror.TrimEnd('/')}/{package.File}";

    /// <summary>
    /// The moment to ask an archive for. Half a day after the index was made: by then the archive has taken a snapshot with all
    /// that the index names, and a mirror keeps superseded files for more than a day.
    /// </summary>
    private static string Snapshot(Lockfile lockfile) => DateTimeOffset.FromUnixTimeSeconds(lockfile.Epoch).AddHours(12).ToString("yyyyMMdd'T'HHmmss'Z'");
}
