// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Formats.Storage;

/// <summary>Bytes for a place of a disk.</summary>
/// <param name="Offset">The place, in bytes from the beginning of the disk.</param>
/// <param name="Bytes">The bytes; whole sectors.</param>
public sealed record DiskWrite(long Offset, ReadOnlyMemory<byte> Bytes);
