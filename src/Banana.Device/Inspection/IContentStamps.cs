// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Fat;

namespace Banana.Device.Inspection;

/// <summary>
/// Tells whether pieces of a disk have the bytes that they had before, without reading them. For who looks at many states of one disk: what was
/// found good once is not read again.
/// </summary>
public interface IContentStamps
{
    /// <summary>A number that stands for the bytes of pieces of the disk, and for where they lie. Other bytes have another number.</summary>
    /// <param name="pieces">The pieces, in bytes of the disk; whole sectors, but for the end of the last.</param>
    UInt128 Of(IReadOnlyList<FatExtent> pieces);
}
