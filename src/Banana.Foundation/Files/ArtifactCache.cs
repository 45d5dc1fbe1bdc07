// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Errors;

namespace Banana.Foundation.Files;

/// <summary>
/// Directories kept under the hash of what they were made from. An entry is there whole or not at all:
/// it is made beside its place under a lock and renamed when it is complete. What a killed run left half made is swept by the next.
/// </summary>
/// <param name="root">The directory of the cache.</param>
public sealed class ArtifactCache(string root)
{
    private string Entries => Path.Combine(root, "entries");

    private string Partial => Path.Combine(root, "partial");

    private string Locks => Path.Combine(root, "locks");

    /// <summary>The path where an entry is, or would be.</summary>
    public string PathOf(string key) => Path.Combine(Entries, key);

    /// <summary>Whether an entry is there.</summary>
    public bool Has(string key) => Directory.Exists(PathOf(key));

    /// <summary>Whether a path is inside an entry of this cache.</summary>
    public bool Owns(string path) => Path.GetFullPath(path).StartsWith(Path.GetFullPath(Entries) + "/", StringComparison.Ordinal);

    /// <summary>Removes an entry, so that it is made anew. Waits for nobody: a run that is reading it keeps what it has opened.</summary>
    public void Remove(string key)
    {
        // Renamed away first, so that nobody finds a half-removed entry.
        var doomed = Path.Combine(Partial, key);
        DeleteTree(doomed);
        if (Has(key))
        {
            Directory.CreateDirectory(Partial);
            Directory.Move(PathOf(key), doomed);
            DeleteTree(doomed);
        }
    }

    /// <summary>Returns the entry, making it first if it is not there. Two runs that want the same entry make it once.</summary>
    /// <param name="key">Name and hash of the inputs, a valid file name.</param>
    /// <param name="make">Fills the empty directory that it is given.</param>
    /// <param name="onWait">Called once when another run is making the same entry.</param>
    /// <param name="cancellation">Stops the work; nothing half made stays.</param>
    /// <returns>The path of the entry, and whether it was there already.</returns>
    public async Task<(string Path, bool Hit)> GetAsync(string key, Func<string, Task> make, Action? onWait, CancellationToken cancellation)
    {
        var path = PathOf(key);
        if (Directory.Exists(path))
        {
            Directory.SetLastAccessTimeUtc(path, TimeProvider.System.GetUtcNow().UtcDateTime);
            return (path, true);
        }

        using var held = await FileLock.TakeAsync(Path.Combine(Locks, key), onWait, cancellation).ConfigureAwait(false);
        if (Directory.Exists(path))
        {
            return (path, true);
        }

        var partial = Path.Combine(Partial, key);
        DeleteTree(partial);
        Directory.CreateDirectory(partial);
        try
        {
            await make(partial).ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
            Directory.CreateDirectory(Entries);
            Directory.Move(partial, path);
            UnixFile.SyncDirectory(Entries);
        }
        catch (Exception error)
        {
            DeleteTree(partial);
            var explained = IOErrors.Explain(error);
            if (ReferenceEquals(explained, error))
            {
                throw;
            }

            throw explained;
        }

        return (path, false);
    }

    /// <summary>Removes old entries: of each kind (the key up to its last hyphen), the ones used last stay, and whatever was used a short while ago.</summary>
    /// <param name="keep">How many of each kind stay in any case.</param>
    /// <param name="untouched">How long an entry must not have been used: another run may be reading it.</param>
    /// <param name="now">The time.</param>
    /// <returns>How many entries were removed.</returns>
    public int Prune(int keep, TimeSpan untouched, DateTimeOffset now)
    {
        if (!Directory.Exists(Entries))
        {
            return 0;
        }

        var doomed = new DirectoryInfo(Entries).GetDirectories()
            .Where(entry => entry.LinkTarget is null)
            .GroupBy(entry => entry.Name[..Math.Max(0, entry.Name.LastIndexOf('-'))], StringComparer.Ordinal)
            .SelectMany(kind => kind.OrderByDescending(entry => entry.LastAccessTimeUtc).Skip(keep))
            .Where(entry => entry.LastAccessTimeUtc < (now - untouched).UtcDateTime)
            .ToList();
        foreach (var entry in doomed)
        {
            using var held = FileLock.TryTake(Path.Combine(Locks, entry.Name));
            if (held is not null)
            {
                Remove(entry.Name);
            }
        }

        return doomed.Count;
    }

    /// <summary>Removes what killed runs left half made. What a living run is making is locked, and stays.</summary>
    public void Sweep()
    {
        if (!Directory.Exists(Partial))
        {
            return;
        }

        foreach (var partial in Directory.GetDirectories(Partial))
        {
            using var held = FileLock.TryTake(Path.Combine(Locks, Path.GetFileName(partial)));
            if (held is not null)
            {
                DeleteTree(partial);
            }
        }
    }

    /// <summary>Removes a tree if it is there, without following links out of it.</summary>
    public static void DeleteTree(string path)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
    }
}
