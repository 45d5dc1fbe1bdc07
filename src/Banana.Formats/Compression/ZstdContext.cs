// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Runtime.InteropServices;

namespace Banana.Formats.Compression;

/// <summary>A context of libzstd, freed at last by the collector.</summary>
internal sealed unsafe class ZstdContext : SafeHandle
{
    private readonly delegate* unmanaged<nint, nuint> free;

    public ZstdContext(nint context, delegate* unmanaged<nint, nuint> free)
        : base(0, ownsHandle: true)
    {
        this.free = free;
        SetHandle(context);
        if (IsInvalid)
        {
            throw new InvalidOperationException("libzstd got no memory");
        }
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>The pointer. Whoever uses it keeps the handle alive.</summary>
    public nint Pointer => !IsClosed ? handle : throw new ObjectDisposedException(nameof(ZstdContext));

    protected override bool ReleaseHandle() => free(handle) == 0;
}
