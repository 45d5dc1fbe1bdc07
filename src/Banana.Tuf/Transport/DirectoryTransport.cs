// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Tuf.Transport;

/// <summary>A repository in a folder of this machine: a USB stick, a mirror, tests.</summary>
/// <param name="folder">The folder.</param>
public sealed class DirectoryTransport(string folder) : ITufTransport
{
    /// <inheritdoc/>
    public Task<Stream> OpenAsync(string path, long maxLength, CancellationToken cancellation)
    {
        var segments = TransportPath.Segments(path);
        var file = Path.Combine([folder, .. segments]);
        // A role's name may hold an escaped slash: a server would look for the escaped name too when the plain one cannot be a file.
        if (segments.Any(segment => segment.Contains('/') || segment.Contains('\0')) || !File.Exists(file))
        {
            file = Path.Combine([folder, .. path.Split('/')]);
        }

        try
        {
            var stream = File.OpenRead(file);
            if (stream.Length <= maxLength)
            {
                return Task.FromResult<Stream>(stream);
            }

            stream.Dispose();
            throw new TufException(TufFailure.TooLarge, $"{file} is larger than {maxLength} bytes");
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new TufException(TufFailure.NotFound, $"{file} is not there", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new TufException(TufFailure.Unreachable, error.Message, error);
        }
    }
}

/// <summary>Relative, percent-encoded paths.</summary>
internal static class TransportPath
{
    /// <summary>The decoded segments.</summary>
    /// <exception cref="TufException">A segment is empty, or would leave the folder.</exception>
    public static string[] Segments(string path)
    {
        var segments = path.Split('/').Select(Uri.UnescapeDataString).ToArray();
        return Array.TrueForAll(segments, segment => segment is not ("" or "." or ".."))
            ? segments
            : throw new TufException(TufFailure.Malformed, "a path of the repository has an empty segment, \".\" or \"..\"");
    }
}
