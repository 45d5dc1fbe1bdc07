// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Errors;
using Banana.Foundation.Files;
using Banana.Foundation.Hashing;
using Microsoft.Win32.SafeHandles;

namespace Banana.Bases;

/// <summary>
/// Keeps packages by their digest: <c>sha256/ab/DIGEST</c>. A file is there whole and verified, or not at all.
/// What is being downloaded is in <c>partial/</c>, where a later run goes on with it.
/// </summary>
/// <param name="root">The directory of the pool.</param>
public sealed class PackagePool(string root)
{
    /// <summary>The directory of the pool.</summary>
    public string Root { get; } = Path.GetFullPath(root);

    /// <summary>Whether a file that is in the pool already is hashed again before it counts as fetched. Installing always verifies.</summary>
    public bool VerifyOnFetch { get; init; }

    private string Partials => Path.Combine(Root, "partial");

    /// <summary>The place of a file below the pool, as its users in a sandbox see it.</summary>
    public static string RelativePath(string sha256) => Sha256Digest.IsValid(sha256)
        ? $"sha256/{sha256.AsSpan(0, 2)}/{sha256}"
        : throw new ArgumentException($"'{sha256}' is not a SHA-256 digest", nameof(sha256));

    /// <summary>The path where a file is, or would be.</summary>
    public string PathOf(string sha256) => Path.Combine(Root, RelativePath(sha256));

    /// <summary>Whether the pool has a file of this digest and size. Contents are not read; see <see cref="VerifyAsync"/>.</summary>
    public bool Has(string sha256, long size) => new FileInfo(PathOf(sha256)) is { Exists: true } file && file.Length == size;

    /// <summary>Reads a file of the pool and compares it with its digest.</summary>
    /// <param name="name">What the file is, for the error.</param>
    /// <param name="sha256">The digest.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>The path of the file.</returns>
    /// <exception cref="BananaException">It is not there (<see cref="ExitCode.BadInput"/>) or is not what it should be (<see cref="ExitCode.Untrusted"/>).</exception>
    public async Task<string> VerifyAsync(string name, string sha256, CancellationToken cancellation)
    {
        var path = PathOf(sha256);
        if (!File.Exists(path))
        {
            throw new BananaException(ExitCode.BadInput, $"{name} is not in the package pool", where: path, next: "fetch the lockfile's packages first");
        }

        var actual = await Sha256Digest.OfFileAsync(path, cancellation).ConfigureAwait(false);
        return actual == sha256
            ? path
            : throw new BananaException(ExitCode.Untrusted, $"{name} in the package pool is damaged: expected SHA-256 {sha256}, got {actual}", where: path, next: "delete this file and run the same command again");
    }

    /// <summary>Adds a local file by copying it.</summary>
    /// <returns>Its digest and size.</returns>
    public async Task<(string Sha256, long Size)> AddFileAsync(string path, CancellationToken cancellation)
    {
        var digest = await Sha256Digest.OfFileAsync(path, cancellation).ConfigureAwait(false);
        using var held = await TakeAsync(digest, cancellation).ConfigureAwait(false);
        var size = new FileInfo(path).Length;
        if (!Has(digest, size))
        {
            var partial = PartialOf(digest);
            File.Copy(path, partial, overwrite: true);
            await PublishAsync(Path.GetFileName(path), digest, cancellation).ConfigureAwait(false);
        }

        return (digest, size);
    }

    /// <summary>Where a file of this digest is collected until it is whole.</summary>
    internal string PartialOf(string sha256) => Path.Combine(Partials, sha256);

    /// <summary>Takes the right to write the partial file of a digest; another run that has it is waited for.</summary>
    internal async Task<IDisposable> TakeAsync(string sha256, CancellationToken cancellation)
    {
        var path = PartialOf(sha256) + ".lock";
        return new Held(await FileLock.TakeAsync(path, onWait: null, cancellation).ConfigureAwait(false), path, () => File.Exists(PathOf(sha256)));
    }

    /// <summary>Moves a partial file whose digest its writer has verified to its place, durably.</summary>
    internal void Publish(string sha256)
    {
        var partial = PartialOf(sha256);
        using (SafeFileHandle handle = File.OpenHandle(partial, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            RandomAccess.FlushToDisk(handle);
        }

        var path = PathOf(sha256);
        var directory = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(directory);
        File.Move(partial, path, overwrite: true);
        UnixFile.SyncDirectory(directory);
    }

    private async Task PublishAsync(string name, string sha256, CancellationToken cancellation)
    {
        var actual = await Sha256Digest.OfFileAsync(PartialOf(sha256), cancellation).ConfigureAwait(false);
        if (actual != sha256)
        {
            File.Delete(PartialOf(sha256));
            throw new BananaException(ExitCode.Untrusted, $"{name} changed while it was copied: expected SHA-256 {sha256}, got {actual}");
        }

        Publish(sha256);
    }

    private sealed class Held(FileLock held, string path, Func<bool> done) : IDisposable
    {
        public void Dispose()
        {
            // Whoever waits on the deleted file, or makes a new one, finds the finished file and does nothing more.
            if (done())
            {
                File.Delete(path);
            }

            held.Dispose();
        }
    }
}
