// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Formats.Casync.Indexes;

/// <summary>The numbers of a <c>.caibx</c> file (casync, src/caformat.h). All numbers are 64 bits, little-endian.</summary>
internal static class ChunkIndexFormat
{
    /// <summary>CA_FORMAT_INDEX.</summary>
    public const ulong Index = 0x96824D9C7B129FF9;

    /// <summary>CA_FORMAT_TABLE.</summary>
    public const ulong Table = 0xE75B9E112F17417D;

    /// <summary>CA_FORMAT_TABLE_TAIL_MARKER.</summary>
    public const ulong TailMarker = 0x4B4F050E5549ECD1;

    /// <summary>CA_FORMAT_SHA512_256.</summary>
    public const ulong Sha512Half = 0x2000000000000000;

    /// <summary>CA_FORMAT_EXCLUDE_NODUMP; desync sets it in every index, though it is about trees only.</summary>
    public const ulong ExcludeNoDump = 0x8000000000000000;

    /// <summary>What a plain image may have: the digest, and CA_FORMAT_EXCLUDE_FILE, _SUBMOUNTS and _NODUMP, which are about trees and change nothing here.</summary>
    public const ulong KnownFlags = 0xF000000000000000;

    /// <summary>The length of the index: size, type, flags, three chunk sizes.</summary>
    public const int IndexLength = 48;

    /// <summary>The length of the head of the table: size, type.</summary>
    public const int TableHeadLength = 16;

    /// <summary>The length of an item: the end of the chunk, its name.</summary>
    public const int ItemLength = 40;

    /// <summary>The length of the tail: two zeros, the offset of the table, its length, the marker.</summary>
    public const int TailLength = 40;

    /// <summary>The length of a file without chunks.</summary>
    public const int EmptyLength = IndexLength + TableHeadLength + TailLength;
}
