// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Files;

namespace Banana.Updates.Fetching;

/// <summary>A part as a file. Until it is complete it has another name (<c>NAME.partial</c>), so that no one takes it for the part.</summary>
/// <param name="path">The file.</param>
public sealed class FileTarget(string path) : IPartTarget
{
    private readonly string path = Path.GetFullPath(path);

    /// <inheritdoc/>
    public string Name => path;

    /// <inheritdoc/>
    public string Volume => Path.GetDirectoryName(path)!;

    private string Partial => path + ".partial";

    /// <inheritdoc/>
    public long Room()
    {
        Directory.CreateDirectory(Volume);
        var there = new FileInfo(File.Exists(Partial) ? Partial : path);
        return new DriveInfo(Volume).AvailableFreeSpace + (there.Exists ? there.Length : 0);
    }

    /// <inheritdoc/>
    public Stream Open()
    {
        if (!File.Exists(Partial) && File.Exists(path))
        {
            File.Move(path, Partial);
        }

        return new FileStream(Partial, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, 1 << 16);
    }

    /// <inheritdoc/>
    public void Complete(long length)
    {
        using (var file = new FileStream(Partial, FileMode.Open, FileAccess.ReadWrite))
        {
            if (file.Length > length)
            {
                file.SetLength(length); // An earlier, longer part was there.
                file.Flush(flushToDisk: true);
            }
        }

        File.Move(Partial, path, overwrite: true);
        UnixFile.SyncDirectory(Volume);
    }
}
