// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Banana.Foundation.Hashing;

/// <summary>Hashes the named inputs of a step. Each part is preceded by its length, so that no two lists of parts collide.</summary>
public sealed class InputHash : IDisposable
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Adds a named value.</summary>
    public InputHash Add(string name, string value)
    {
        AddBytes(Encoding.UTF8.GetBytes(name));
        AddBytes(Encoding.UTF8.GetBytes(value));
        return this;
    }

    /// <summary>Adds a named value of bytes.</summary>
    public InputHash Add(string name, ReadOnlySpan<byte> value)
    {
        AddBytes(Encoding.UTF8.GetBytes(name));
        AddBytes(value);
        return this;
    }

    /// <summary>The digest of all that was added.</summary>
    public string Digest() => Convert.ToHexStringLower(hash.GetCurrentHash());

    /// <inheritdoc/>
    public void Dispose() => hash.Dispose();

    private void AddBytes(ReadOnlySpan<byte> bytes)
    {
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }
}
