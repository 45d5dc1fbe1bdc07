// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Tuf.Keys;

/// <summary>The key types of the TUF specification, 4.2.</summary>
public enum KeyKind
{
    /// <summary><c>ed25519</c>: small, quick, the default.</summary>
    Ed25519,

    /// <summary><c>ecdsa</c>, <c>ecdsa-sha2-nistp256</c>: what hardware tokens have.</summary>
    Ecdsa,

    /// <summary><c>rsa</c>, <c>rsassa-pss-sha256</c>.</summary>
    Rsa,
}
