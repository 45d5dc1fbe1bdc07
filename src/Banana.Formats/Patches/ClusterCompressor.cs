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
    private readonly ScratchBuffer buffer = new();

    public ClusterCompressor(ClusterCodec codec, ClusterLibraries libraries)
    {
        this.codec = codec;
        this.libraries = libraries;
        zstd = codec.Algorithm == ClusterAlgorithm.Zstd ? new ZstdCompressor(libraries.Zstd!, new ZstdSettings(codec.Level, codec.WindowLog)) : null;
    }

    /// <summary>Fills a cluster.</summary>
    /// <param name="content">All that the cluster decodes to.</param>
    /// <param name="cluster">The cluster, whole blocks.</param>
    /// <returns>Whether the contents fit.</returns>
    public bool TryFill(ReadOnlySpan<byte> content, Span<byte> cluster)
    {
        var output = buffer.Take(cluster.Length + Slack);
        int? length;
        if (zstd is not null)
        {
            length = zstd.TryCompress(content, output);
        }
        else
        {
            length = libraries.Lz4!.CompressToFit(content, output[..cluster.Length], codec.Level, out var taken);
            length = taken == content.Length ? length : null;
        }

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
