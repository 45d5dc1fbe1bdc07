// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Tuf.Repository;

/// <summary>Reads the metadata folder of a repository, wherever it is.</summary>
public interface IRepositoryReader
{
    /// <summary>A file's bytes (<c>timestamp.json</c>, <c>3.root.json</c>), or null when it is not there.</summary>
    Task<byte[]?> ReadAsync(string name, CancellationToken cancellation);
}

/// <summary>A file of new metadata.</summary>
/// <param name="Name">Its name in the metadata folder.</param>
/// <param name="Content">Its bytes.</param>
public sealed record RepositoryFile(string Name, byte[] Content)
{
    /// <summary>Whether the file is overwritten by each commit (<c>timestamp.json</c>): caches must not keep it. All others never change.</summary>
    public bool IsMutable => !char.IsAsciiDigit(Name[0]);
}

/// <summary>The metadata folder of a repository on this machine.</summary>
/// <param name="folder">The folder.</param>
public sealed class FolderRepository(string folder) : IRepositoryReader
{
    /// <inheritdoc/>
    public async Task<byte[]?> ReadAsync(string name, CancellationToken cancellation)
    {
        var path = Path.Combine(folder, name);
        return File.Exists(path) ? await File.ReadAllBytesAsync(path, cancellation).ConfigureAwait(false) : null;
    }

    /// <summary>Writes files in their order, each whole or not at all: a reader sees the old state until the last one, timestamp.json, is there.</summary>
    public void Write(IEnumerable<RepositoryFile> files)
    {
        Directory.CreateDirectory(folder);
        foreach (var file in files)
        {
            LocalFile.Write(Path.Combine(folder, file.Name), file.Content);
        }
    }
}
