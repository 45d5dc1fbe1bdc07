// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Files;
using Banana.Releases.Stores;

namespace Banana.Serving;

/// <summary>A file of the repository that is being served; open, so that it stays the same while another takes its name.</summary>
internal sealed class ServedFile : IAsyncDisposable
{
    private ServedFile(FileStream content, string tag, DateTimeOffset modified)
    {
        Content = content;
        Tag = tag;
        Modified = modified;
        Length = content.Length;
    }

    public FileStream Content { get; }

    public long Length { get; }

    /// <summary>A strong entity tag (RFC 9110, section 8.8.3): objects are replaced whole, by another inode.</summary>
    public string Tag { get; }

    /// <summary>When it was written, in whole seconds as HTTP has them.</summary>
    public DateTimeOffset Modified { get; }

    /// <summary>Opens a file by the path of a request, after decoding.</summary>
    /// <returns>Null when there is no such object; links are none, wherever they point.</returns>
    public static ServedFile? Open(string folder, string path)
    {
        if (path.Length < 2 || path[0] != '/' || !StoreKey.IsValid(path.AsSpan(1)))
        {
            return null;
        }

        var at = folder;
        foreach (var segment in path[1..].Split('/'))
        {
            at = Path.Combine(at, segment);
            if (new FileInfo(at).LinkTarget is not null)
            {
                return null;
            }
        }

        try
        {
            var content = new FileStream(at, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.Asynchronous);
            var time = File.GetLastWriteTimeUtc(content.SafeFileHandle);
            var inode = UnixFile.Stat(at).Inode;
            return new ServedFile(content, $"\"{inode:x}-{content.Length:x}-{time.Ticks:x}\"", new DateTimeOffset(time.Ticks - (time.Ticks % TimeSpan.TicksPerSecond), TimeSpan.Zero));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or Banana.Foundation.Errors.BananaException)
        {
            return null; // Not there, a folder, not for us, or replaced in this moment.
        }
    }

    public ValueTask DisposeAsync() => Content.DisposeAsync();
}
