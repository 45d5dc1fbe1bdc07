// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Errors;

namespace Banana.Releases.Stores;

/// <summary>
/// Where a repository lies: named objects that are there whole or not at all. Publishing writes immutable objects first, in any
/// order, and the one small mutable object that points to them last; a reader in the middle sees the old pointer or the new one.
/// </summary>
/// <remarks>
/// Keys are relative paths (<see cref="StoreKey"/>). A write that returned is durable and seen by every later read.
/// All methods may be called from several threads at once.
/// </remarks>
public interface IReleaseStore : IDisposable
{
    /// <summary>The folder or address, for messages.</summary>
    string Location { get; }

    /// <summary>Whether objects can be written and deleted; a web server is for readers only.</summary>
    bool CanWrite { get; }

    /// <summary>Whether <see cref="ListAsync"/> works; a static web server has no list.</summary>
    bool CanList { get; }

    /// <summary>Reads a small object whole.</summary>
    /// <param name="key">The object.</param>
    /// <param name="limit">The most bytes that it may have: one more ends with <see cref="ExitCode.Untrusted"/> before it is in memory.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>The content and its version; null when there is no such object.</returns>
    Task<StoredObject?> ReadAsync(string key, int limit, CancellationToken cancellation);

    /// <summary>The length of an object in bytes; null when it is not there.</summary>
    Task<long?> LengthAsync(string key, CancellationToken cancellation);

    /// <summary>Opens an object, or a part of it, to be read once from front to back. Memory does not grow with the length.</summary>
    /// <param name="key">The object.</param>
    /// <param name="range">The bytes that are wanted; the stream ends after them and never before.</param>
    /// <param name="cancellation">Stops the opening; reads have their own.</param>
    /// <exception cref="MissingObjectException">There is no such object.</exception>
    /// <exception cref="BananaException">The object is shorter than the range (<see cref="ExitCode.Untrusted"/>).</exception>
    Task<Stream> OpenAsync(string key, ByteRange range, CancellationToken cancellation);

    /// <summary>The objects whose keys begin with a text (<c>chunks/</c>; empty: all), in no particular order.</summary>
    IAsyncEnumerable<StoreEntry> ListAsync(string prefix, CancellationToken cancellation);

    /// <summary>Writes a small object if the precondition holds at that moment.</summary>
    /// <returns>Whether it was written.</returns>
    Task<bool> WriteAsync(string key, ReadOnlyMemory<byte> content, Precondition precondition, CancellationToken cancellation);

    /// <summary>Writes an object of any length, replacing what is there.</summary>
    /// <param name="key">The object.</param>
    /// <param name="content">Read from its position on, once.</param>
    /// <param name="length">What there is to read; a stream of another length is an error, and nothing is written.</param>
    /// <param name="cancellation">Stops the work; nothing half-written is seen.</param>
    Task UploadAsync(string key, Stream content, long length, CancellationToken cancellation);

    /// <summary>Deletes an object; one that is not there is no error.</summary>
    Task DeleteAsync(string key, CancellationToken cancellation);

    /// <summary>Removes what killed writers left behind (temporary files, unfinished uploads) and nobody sees.</summary>
    /// <param name="before">Older than this; a writer that is at work now has younger ones.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>How many there were.</returns>
    Task<int> SweepAsync(DateTimeOffset before, CancellationToken cancellation);
}

/// <summary>A small object that was read whole.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="Version">Changes when the content does; for <see cref="Precondition.Unchanged"/>.</param>
public sealed record StoredObject(byte[] Content, string Version);

/// <summary>An object in a list.</summary>
/// <param name="Key">The whole key.</param>
/// <param name="Length">Its length in bytes.</param>
public readonly record struct StoreEntry(string Key, long Length);

/// <summary>Bytes of an object.</summary>
/// <param name="Offset">The first byte.</param>
/// <param name="Length">How many; null: to the end.</param>
[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
public readonly record struct ByteRange(long Offset, long? Length)
{
    /// <summary>The whole object.</summary>
    public static ByteRange All => default;

    internal void Check()
    {
        if (Offset < 0 || Length <= 0)
        {
            throw new InvalidOperationException($"{this} is no range of bytes");
        }
    }
}

/// <summary>What must hold for a write to happen. Two writers with the same precondition: one of them wins.</summary>
public readonly record struct Precondition
{
    private Precondition(bool missing, string? version)
    {
        MustBeMissing = missing;
        Version = version;
    }

    /// <summary>Whatever is there is replaced.</summary>
    public static Precondition None => default;

    /// <summary>Nothing is there yet.</summary>
    public static Precondition Missing => new(missing: true, version: null);

    internal bool MustBeMissing { get; }

    internal string? Version { get; }

    /// <summary>What is there is still the version that was read.</summary>
    public static Precondition Unchanged(StoredObject read)
    {
        ArgumentNullException.ThrowIfNull(read);
        return new(missing: false, read.Version);
    }
}
