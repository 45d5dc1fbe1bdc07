// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Formats.Patches.Making;

/// <summary>What a patch is made of.</summary>
public sealed class PatchStatistics
{
    /// <summary>Blocks that the old image has too.</summary>
    public long CopiedBlocks { get; internal set; }

    /// <summary>Blocks of metadata that the old image does not have.</summary>
    public long MetadataBlocks { get; internal set; }

    /// <summary>Blocks of contents that are not compressed in the image.</summary>
    public long StoredBlocks { get; internal set; }

    /// <summary>Clusters that a device compresses again.</summary>
    public long Clusters { get; internal set; }

    /// <summary>Clusters that did not come out the same and are carried as they are.</summary>
    public long LiteralClusters { get; internal set; }

    /// <summary>How many groups there are.</summary>
    public int Groups { get; internal set; }

    /// <summary>The bytes of the frames of groups.</summary>
    public long FrameBytes { get; internal set; }
}
