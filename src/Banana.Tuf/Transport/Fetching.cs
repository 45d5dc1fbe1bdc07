// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Tuf.Metadata;

namespace Banana.Tuf.Transport;

/// <summary>Reads from a transport and never more than permitted, whatever the transport does.</summary>
internal static class Fetching
{
    /// <summary>The whole of a small file.</summary>
    public static async Task<byte[]> ReadAsync(this ITufTransport transport, string path, long maxLength, CancellationToken cancellation)
    {
        var stream = await transport.OpenAsync(path, maxLength, cancellation).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            using var content = new MemoryStream();
            await CopyAsync(stream, content, path, maxLength, null, cancellation).ConfigureAwait(false);
            return content.ToArray();
        }
    }

    /// <summary>Copies a target, and refuses it after the last byte when its length or hashes are others: the caller discards what was written.</summary>
    public static async Task CopyAsync(this ITufTransport transport, string path, TargetFile target, Stream output, CancellationToken cancellation)
    {
        using var check = new HashCheck(target.Hashes);
        var stream = await transport.OpenAsync(path, target.Length, cancellation).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var length = await CopyAsync(stream, output, path, target.Length, check, cancellation).ConfigureAwait(false);
            if (length != target.Length || !check.IsMatch())
            {
                throw new TufException(TufFailure.Mismatch, $"{path} is not the file that the metadata names: its length or hash is another");
            }
        }
    }

    private static async Task<long> CopyAsync(Stream input, Stream output, string path, long maxLength, HashCheck? check, CancellationToken cancellation)
    {
        var buffer = new byte[1 << 14];
        var length = 0L;
        int count;
        while ((count = await input.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0)
        {
            length += count;
            if (length > maxLength)
            {
                throw new TufException(TufFailure.TooLarge, $"{path} has more than the {maxLength} bytes that may be there");
            }

            check?.Append(buffer.AsSpan(0, count));
            await output.WriteAsync(buffer.AsMemory(0, count), cancellation).ConfigureAwait(false);
        }

        return length;
    }
}
