// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Buffers;

namespace Banana.Formats.Patches;

/// <summary>
/// A buffer as large as the largest piece that was asked for, out of the shared pool: a small patch costs little, a large one no
/// garbage. Each call may overwrite what the one before gave. Not for several threads at once.
/// </summary>
internal sealed class ScratchBuffer : IDisposable
{
    private byte[] bytes = [];

    /// <summary>Bytes to write to; what is in them is undefined.</summary>
    public Span<byte> Take(int length)
    {
        if (bytes.Length < length)
        {
            Dispose();
            bytes = ArrayPool<byte>.Shared.Rent(length);
        }

        return bytes.AsSpan(0, length);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(bytes);
            bytes = [];
        }
    }
}
