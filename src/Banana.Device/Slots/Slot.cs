// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Gpt;
using Banana.Formats.Release;
using Banana.Formats.Verity;

namespace Banana.Device.Slots;

/// <summary>A pair of partitions that holds one release, or none.</summary>
/// <param name="Number">Its place among the slots, from 1.</param>
/// <param name="Usr">The partition of the image of /usr.</param>
/// <param name="Tree">The partition of its verity tree.</param>
/// <param name="Version">The release that its labels name; null: it is free.</param>
public sealed record Slot(int Number, GptPartition Usr, GptPartition Tree, ReleaseVersion? Version)
{
    /// <summary>The label of a free slot's partitions.</summary>
    public const string FreeLabel = "_empty";

    /// <summary>The root hash that its identifiers stand for; of no meaning in a free slot.</summary>
    public string RootHash => RootHashIds.RootHash(Usr.Id, Tree.Id);

    /// <summary>What messages call it.</summary>
    public string Name => $"slot {Number}";
}
