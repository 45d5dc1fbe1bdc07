// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Formats.Casync.Hashing;

/// <summary>How chunks are named. The feature flags of an index say which.</summary>
public enum ChunkDigest
{
    /// <summary>SHA-512/256 (FIPS 180-4, 5.3.6.2): what casync and desync take when nothing is said.</summary>
    Sha512Half,

    /// <summary>SHA-256.</summary>
    Sha256,
}
