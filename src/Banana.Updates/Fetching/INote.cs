// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Files;

namespace Banana.Updates.Fetching;

/// <summary>A place for a few kilobytes that are replaced whole or not at all: a file, an entry of a device's state area.</summary>
public interface INote
{
    /// <summary>What messages call it.</summary>
    string Name { get; }

    /// <summary>What was written last; null when there is nothing, or more than <paramref name="most"/> bytes.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    byte[]? Read(int most);

    /// <summary>Replaces it, durably.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    Task WriteAsync(ReadOnlyMemory<byte> content, CancellationToken cancellation);
}

/// <summary>A note as a file.</summary>
/// <param name="path">The file.</param>
public sealed class FileNote(string path) : INote
{
    /// <inheritdoc/>
    public string Name => path;

    /// <inheritdoc/>
    public byte[]? Read(int most) => new FileInfo(path) is { Exists: true } file && file.Length <= most ? File.ReadAllBytes(path) : null;

    /// <inheritdoc/>
    public Task WriteAsync(ReadOnlyMemory<byte> content, CancellationToken cancellation) => AtomicFile.WriteAsync(path, content, cancellation);
}
