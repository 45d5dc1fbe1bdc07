// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Compression;

namespace Banana.Formats.Patches;

/// <summary>
/// Compresses contents into a physical cluster as mkfs.erofs does (erofs-utils lib/compressor_*.c): the frame or block at the end,
/// zeros before it. Whether the same bytes come out is for the maker of a patch to try. Not for several threads at once.
/// </summary>
internal sealed class ClusterCompressor : IDisposable
{
    // What mkfs.erofs leaves beyond the cluster when it tries how much fits; part of what libzstd decides by.
    private const int Slack = 32;
    private readonly ClusterCodec codec;
    private readonly ClusterLibraries libraries;
    private readonly ZstdCompressor? zstd;
    private readonly ScratchBuffer buffer = new((PatchFormat.MaximumClusterBlocks * PatchFormat.BlockSize) + Slack);

    public ClusterCompressor(ClusterCodec codec, ClusterLibraries libraries)
    {
        this.codec = codec;
        this.libraries = libraries;
        zstd = codec.Algorithm == ClusterAlgorithm.Zstd ? new ZstdCompressor(libraries.Zstd!, new ZstdSettings(codec.Level, codec.WindowLog)) : null;
    }

    /// <summary>Fills a cluster.</summary>
    /// <param name="content">All that the cluster decodes to; for LZ4 maybe some bytes more, which its compressor looked ahead at and left.</param>
    /// <param name="cluster">The cluster, whole blocks.</param>
    /// <returns>Whether the contents fit.</returns>
    public bool TryFill(ReadOnlySpan<byte> content, Span<byte> cluster)
    {
        // How much room there was decides how the end of an LZ4 block looks; the last cluster of a file had more than it takes.
        var room = zstd is not null ? cluster.Length + Slack : codec.WindowLog == 0 ? cluster.Length : 1 << codec.WindowLog;
        var output = buffer.Take(room);
        var length = zstd is not null ? zstd.TryCompress(content, output) : libraries.Lz4!.CompressToFit(content, output, codec.Level, out _);

        if (length is null or 0 || length > cluster.Length)
        {
            return false;
        }

        cluster[..^length.Value].Clear();
        output[..length.Value].CopyTo(cluster[^length.Value..]);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        zstd?.Dispose();
        buffer.Dispose();
    }
}
