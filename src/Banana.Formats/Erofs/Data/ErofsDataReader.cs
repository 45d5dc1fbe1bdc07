// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Buffers;
using Banana.Formats.Erofs.Decompression;

namespace Banana.Formats.Erofs.Data;

/// <summary>Reads the contents of one file. Keeps the cluster that was decoded last. Not for several threads at once.</summary>
internal sealed class ErofsDataReader : IDisposable
{
    private const int PieceSize = 256 << 10;
    private readonly ErofsImage image;
    private readonly ErofsInode inode;
    private readonly IErofsExtents? extents;
    private ErofsExtent? current;
    private ErofsExtent? decodedExtent;
    private byte[] decoded = [];
    private byte[] stored = [];

    public ErofsDataReader(ErofsImage image, ErofsInode inode)
    {
        if (!inode.HasData)
        {
            throw new ArgumentException("a file of this type has no contents", nameof(inode));
        }

        this.image = image;
        this.inode = inode;
        extents = inode.Size == 0 ? null : Map(image, inode);
    }

    /// <summary>The size of the contents in bytes.</summary>
    public long Length => inode.Size;

    /// <summary>Fills a buffer from an offset.</summary>
    /// <exception cref="Foundation.Errors.BananaException">The file ends before, or the image is damaged.</exception>
    public void Read(long offset, Span<byte> buffer)
    {
        if (offset < 0 || offset > inode.Size - buffer.Length)
        {
            throw image.Corrupt($"{buffer.Length} bytes at {offset} of inode {inode.Nid} are needed, but it has only {inode.Size}");
        }

        while (!buffer.IsEmpty)
        {
            var extent = Find(offset);
            var count = (int)Math.Min(buffer.Length, extent.End - offset);
            ReadExtent(extent, offset - extent.Start, buffer[..count]);
            buffer = buffer[count..];
            offset += count;
        }
    }

    /// <summary>Hands all contents to a sink, in order.</summary>
    public void CopyTo(Action<ReadOnlySpan<byte>> sink, CancellationToken cancellation)
    {
        var piece = ArrayPool<byte>.Shared.Rent((int)Math.Min(PieceSize, Math.Max(inode.Size, 1)));
        try
        {
            for (var offset = 0L; offset < inode.Size;)
            {
                cancellation.ThrowIfCancellationRequested();
                var extent = Find(offset);
                if (extent.Kind == ErofsExtentKind.Cluster)
                {
                    // An extent may begin before the offset only in a damaged image; what was handed on stays handed on.
                    Decode(extent);
                    sink(decoded.AsSpan((int)(offset - extent.Start)..(int)extent.Length));
                    offset = extent.End;
                    continue;
                }

                var count = (int)Math.Min(piece.Length, extent.End - offset);
                ReadExtent(extent, offset - extent.Start, piece.AsSpan(0, count));
                sink(piece.AsSpan(0, count));
                offset += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    /// <summary>Where the contents are kept, in order.</summary>
    public IEnumerable<ErofsExtent> Extents()
    {
        for (var offset = 0L; offset < inode.Size;)
        {
            var extent = Find(offset);
            yield return extent;
            offset = extent.End;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Return(ref decoded);
        Return(ref stored);
        decodedExtent = null;
    }

    private static IErofsExtents Map(ErofsImage image, ErofsInode inode)
    {
        switch (inode.Layout)
        {
            case ErofsLayout.FlatPlain:
            case ErofsLayout.FlatInline:
                return new FlatExtents(image, inode);
            case ErofsLayout.ChunkBased:
                return new ChunkExtents(image, inode);
            default:
                var metadata = new MetadataBuffer(image.MetadataOf(inode.InMetabox));
                var header = new ClusterHeader(image, inode, metadata);
                if (header.WholeFragment is { } place)
                {
                    return new WholeFragment(inode.Size, place);
                }

                return inode.Layout == ErofsLayout.CompressedFull && header.Has(ClusterAdvice.OtherIndex)
                    ? new ExtentTable(image, inode, header, metadata)
                    : new IndexedExtents(image, inode, header, metadata);
        }
    }

    private static void Return(ref byte[] buffer)
    {
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = [];
        }
    }

    private ErofsExtent Find(long offset)
    {
        if (current is null || offset < current.Start || offset >= current.End)
        {
            var found = extents!.Find(offset);
            current = offset >= found.Start && offset < found.End ? found : throw image.Corrupt($"the contents of inode {inode.Nid} have no place at offset {offset}");
        }

        return current;
    }

    private void ReadExtent(ErofsExtent extent, long skip, Span<byte> buffer)
    {
        switch (extent.Kind)
        {
            case ErofsExtentKind.Hole:
                buffer.Clear();
                break;
            case ErofsExtentKind.Stored:
                image.MetadataOf(extent.InMetadata && inode.InMetabox).Read(extent.Address + skip, buffer);
                break;
            case ErofsExtentKind.Fragment:
                image.ReadPacked(inode, extent.Address + skip, buffer);
                break;
            default:
                Decode(extent);
                decoded.AsSpan((int)skip, buffer.Length).CopyTo(buffer);
                break;
        }
    }

    private void Decode(ErofsExtent extent)
    {
        if (ReferenceEquals(extent, decodedExtent))
        {
            return;
        }

        if (extent.StoredLength is <= 0 or > ErofsFormat.MaximumStoredCluster || extent.Length is <= 0 or > ErofsFormat.MaximumDecodedCluster)
        {
            throw image.Corrupt($"inode {inode.Nid} has a cluster of {extent.StoredLength} bytes for {extent.Length}");
        }

        decodedExtent = null;
        var input = Ensure(ref stored, (int)extent.StoredLength);
        image.MetadataOf(extent.InMetadata && inode.InMetabox).Read(extent.Address, input);
        var output = Ensure(ref decoded, (int)extent.Length);
        Decompressor.Decode(image, extent, input, output);
        decodedExtent = extent;
    }

    private static Span<byte> Ensure(ref byte[] buffer, int size)
    {
        if (buffer.Length < size)
        {
            Return(ref buffer);
            buffer = ArrayPool<byte>.Shared.Rent(size);
        }

        return buffer.AsSpan(0, size);
    }

    /// <summary>A file that lies in the packed file as a whole.</summary>
    private sealed class WholeFragment(long size, long place) : IErofsExtents
    {
        private readonly ErofsExtent whole = new() { Kind = ErofsExtentKind.Fragment, Start = 0, Length = size, Address = place };

        public ErofsExtent Find(long offset) => whole;
    }
}
