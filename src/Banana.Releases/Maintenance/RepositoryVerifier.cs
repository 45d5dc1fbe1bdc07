// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Security.Cryptography;
using Banana.Formats.Casync.Hashing;
using Banana.Formats.Casync.Stores;
using Banana.Formats.Release;
using Banana.Foundation.Errors;
using Banana.Foundation.Progress;
using Banana.Releases.Channels;
using Banana.Releases.Layout;
using Banana.Releases.Publishing;
using Banana.Releases.Stores;
using Banana.Releases.Sysupdate;
using Banana.Tuf;
using Banana.Tuf.Repository;

namespace Banana.Releases.Maintenance;

/// <summary>What is wrong with an object.</summary>
public enum Finding
{
    /// <summary>It is referred to and not there.</summary>
    Missing,

    /// <summary>It is not what its digest says.</summary>
    Corrupt,

    /// <summary>Nothing refers to it: a publisher was stopped, or it waits for 'banana prune'.</summary>
    Orphaned,
}

/// <summary>The result of looking at everything.</summary>
/// <param name="Findings">What is wrong, sorted by key.</param>
/// <param name="Releases">How many releases the channels name, each counted once.</param>
/// <param name="Objects">How many objects were hashed.</param>
/// <param name="Bytes">How many bytes.</param>
public sealed record VerifyReport(IReadOnlyList<(Finding Finding, string Key, string Text)> Findings, int Releases, int Objects, long Bytes)
{
    /// <summary>Whether a device could run into something: orphans do no harm.</summary>
    public bool IsSound => Findings.All(finding => finding.Finding == Finding.Orphaned);
}

/// <summary>Reads a whole repository again: signatures, every digest, every chunk. Needs no key.</summary>
/// <param name="store">The repository.</param>
/// <param name="clock">The clock.</param>
/// <param name="progress">Who is told.</param>
public sealed class RepositoryVerifier(IReleaseStore store, TimeProvider clock, IProgressSink progress)
{
    private readonly List<(Finding, string, string)> findings = [];
    private long bytes;

    /// <summary>Verifies.</summary>
    /// <exception cref="BananaException">There is no repository, or its metadata does not hold: nothing after that could be trusted.</exception>
    public async Task<VerifyReport> VerifyAsync(CancellationToken cancellation)
    {
        using var step = progress.Begin("verify");
        TufRepository metadata;
        try
        {
            metadata = await TufRepository.LoadAsync(new StoreReader(store), clock, cancellation: cancellation).ConfigureAwait(false);
        }
        catch (TufException error)
        {
            throw RepositoryEditor.Translate(store, error);
        }

        var referenced = new ReferencedObjects();
        var releases = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (_, entry) in ChannelEntry.Everywhere(metadata.Roles))
        {
            releases.Add(entry.Path);
            try
            {
                await referenced.AddAsync(store, entry, cancellation).ConfigureAwait(false);
            }
            catch (MissingObjectException error)
            {
                findings.Add((Finding.Missing, error.Key, $"needed by {entry.Path}"));
            }
            catch (BananaException error) when (error.Code is ExitCode.Untrusted or ExitCode.BadInput)
            {
                findings.Add((Finding.Corrupt, error.Where ?? entry.Path, error.What));
            }
        }

        var done = 0;
        foreach (var found in referenced.Objects.Values.OrderBy(found => found.Key, StringComparer.Ordinal))
        {
            await HashAsync(found, cancellation).ConfigureAwait(false);
            step.Report(++done, referenced.Objects.Count + referenced.Chunks.Count, "objects");
        }

        foreach (var (id, (length, index)) in referenced.Chunks)
        {
            await ChunkAsync(id, length, index, cancellation).ConfigureAwait(false);
            step.Report(++done, referenced.Objects.Count + referenced.Chunks.Count, "objects");
        }

        await OrphansAsync(metadata, referenced, cancellation).ConfigureAwait(false);
        step.Complete($"{releases.Count} releases, {done} objects, {ByteSize.Format(bytes)}");
        return new([.. findings.Distinct().OrderBy(finding => finding.Item2, StringComparer.Ordinal)], releases.Count, done, bytes);
    }

    private async Task HashAsync(DeliveredObject found, CancellationToken cancellation)
    {
        var length = await store.LengthAsync(found.Key, cancellation).ConfigureAwait(false);
        if (length is null)
        {
            findings.Add((Finding.Missing, found.Key, $"should have {found.Size} bytes"));
            return;
        }

        if (length != found.Size)
        {
            findings.Add((Finding.Corrupt, found.Key, $"has {length} bytes in place of {found.Size}"));
            return;
        }

        if (length > 0)
        {
            var stream = await store.OpenAsync(found.Key, ByteRange.All, cancellation).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                if (Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellation).ConfigureAwait(false)) != found.Sha256)
                {
                    findings.Add((Finding.Corrupt, found.Key, "is not what its SHA-256 says"));
                }
            }
        }

        bytes += found.Size;
    }

    private async Task ChunkAsync(ChunkId id, int length, string index, CancellationToken cancellation)
    {
        var key = RepositoryChunks.KeyOf(id);
        var found = await store.ReadAsync(key, (2 * length) + 4096, cancellation).ConfigureAwait(false);
        if (found is null)
        {
            findings.Add((Finding.Missing, key, $"needed by {index}"));
        }
        else if (!ChunkFile.IsSound(id, ChunkDigest.Sha512Half, found.Content, length))
        {
            findings.Add((Finding.Corrupt, key, "is not what its name says"));
        }

        bytes += found?.Content.Length ?? 0;
    }

    private async Task OrphansAsync(TufRepository metadata, ReferencedObjects referenced, CancellationToken cancellation)
    {
        if (!store.CanList)
        {
            return;
        }

        var chunks = referenced.Chunks.Keys.Select(id => RepositoryChunks.KeyOf(id)).ToHashSet(StringComparer.Ordinal);
        var files = MetadataFiles.Current(metadata, int.MaxValue);
        await foreach (var entry in store.ListAsync(string.Empty, cancellation).ConfigureAwait(false))
        {
            if (!referenced.Has(entry.Key) && !chunks.Contains(entry.Key) && entry.Key != RepositoryLayout.Lock
                && !(entry.Key.StartsWith(RepositoryLayout.Metadata, StringComparison.Ordinal) && files.Keeps(entry.Key[RepositoryLayout.Metadata.Length..])))
            {
                findings.Add((Finding.Orphaned, entry.Key, $"{entry.Length} bytes that nothing refers to"));
            }
        }
    }
}
