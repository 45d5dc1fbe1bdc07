// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Tuf.Client;

/// <summary>The metadata that this machine trusts, from one refresh to the next.</summary>
public interface ITrustedStore
{
    /// <summary>The file's bytes, or null when it is not there.</summary>
    byte[]? Read(string name);

    /// <summary>Writes a file whole or not at all.</summary>
    void Write(string name, ReadOnlySpan<byte> content);

    /// <summary>Deletes a file when it is there.</summary>
    void Delete(string name);
}

/// <summary>A folder with <c>root.json</c>, <c>timestamp.json</c>, <c>snapshot.json</c>, <c>targets.json</c> and one file for each delegated role.</summary>
/// <param name="folder">The folder; it has to be there.</param>
public sealed class FolderTrustedStore(string folder) : ITrustedStore
{
    private const long MaxLength = 64 << 20;

    /// <inheritdoc/>
    public byte[]? Read(string name)
    {
        try
        {
            return LocalFile.Read(Path.Combine(folder, name), MaxLength);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Write(string name, ReadOnlySpan<byte> content) => LocalFile.Write(Path.Combine(folder, name), content);

    /// <inheritdoc/>
    public void Delete(string name) => LocalFile.Delete(Path.Combine(folder, name));
}
