// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Compression;

namespace Banana.Formats.Patches.Making;

/// <summary>Tells whether bytes are compressed or encrypted already, by a quick try.</summary>
internal sealed class DensityProbe : IDisposable
{
    private readonly ZstdCompressor zstd = new(ZstdLibrary.System, new ZstdSettings(1));
    private readonly byte[] frame = new byte[PatchFormat.BlockSize];

    /// <summary>Whether a block saves less than 1/16 of its bytes.</summary>
    public bool IsDense(ReadOnlySpan<byte> block) => zstd.TryCompress(block, frame.AsSpan(0, block.Length - (block.Length / 16))) is null;

    /// <inheritdoc/>
    public void Dispose() => zstd.Dispose();
}
