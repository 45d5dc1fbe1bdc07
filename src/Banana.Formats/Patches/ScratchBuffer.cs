// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Runtime.InteropServices;

namespace Banana.Formats.Patches;

/// <summary>
/// A buffer as large as the largest piece that was asked for. Each call may overwrite what the one before gave. Not for several threads at once.
/// </summary>
/// <remarks>
/// Outside of the collected heap: a pool of arrays rounds up to a power of two and keeps what was grown out of, which made half of what an update
/// takes. Room for the most is taken at once; the kernel only gives what is used of it.
/// </remarks>
/// <param name="most">The largest piece that there can be, in bytes.</param>
internal sealed unsafe class ScratchBuffer(int most) : IDisposable
{
    private void* bytes;

    /// <summary>Bytes to write to; what is in them is undefined.</summary>
    public Span<byte> Take(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, most);
        if (bytes is null)
        {
            bytes = NativeMemory.Alloc((nuint)most);
        }

        return new Span<byte>(bytes, length);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.Free(bytes);
        bytes = null;
    }
}
