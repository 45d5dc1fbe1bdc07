// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Formats.Erofs.Data;

/// <summary>How a piece of a file's contents is kept.</summary>
internal enum ErofsExtentKind
{
    /// <summary>Nowhere: zeros.</summary>
    Hole,

    /// <summary>As it is.</summary>
    Stored,

    /// <summary>In a physical cluster, to be decoded as a whole.</summary>
    Cluster,

    /// <summary>In the packed file.</summary>
    Fragment,
}

/// <summary>A piece of a file's contents and where it is kept.</summary>
internal sealed record ErofsExtent
{
    /// <summary>How it is kept.</summary>
    public required ErofsExtentKind Kind { get; init; }

    /// <summary>Where the piece begins in the file, in bytes.</summary>
    public required long Start { get; init; }

    /// <summary>The length of the piece in bytes.</summary>
    public required long Length { get; init; }

    /// <summary>Where it is kept: an offset in bytes in the image, in the metadata or in the packed file.</summary>
    public long Address { get; init; }

    /// <summary>Whether the address is one of the metadata of the inode.</summary>
    public bool InMetadata { get; init; }

    /// <summary>Cluster: how many bytes it takes in the image.</summary>
    public long StoredLength { get; init; }

    /// <summary>Cluster: how it is decoded.</summary>
    public ErofsAlgorithm Algorithm { get; init; }

    /// <summary>Cluster: it may decode to more than this piece (other files share it).</summary>
    public bool IsPartial { get; init; }

    /// <summary>Where the piece ends in the file.</summary>
    public long End => Start + Length;
}

/// <summary>Tells where the contents of one file are kept.</summary>
internal interface IErofsExtents
{
    /// <summary>The piece that an offset lies in.</summary>
    /// <param name="offset">An offset within the size of the file.</param>
    ErofsExtent Find(long offset);
}
