// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Runtime.InteropServices;

namespace Banana.Formats.Casync.Hashing;

/// <summary>The name of a chunk: the digest of its contents, 32 bytes whatever the algorithm.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct ChunkId : IEquatable<ChunkId>
{
    /// <summary>The length in bytes.</summary>
    public const int Size = 32;

    private readonly ulong part0;
    private readonly ulong part1;
    private readonly ulong part2;
    private readonly ulong part3;

    /// <summary>Takes the bytes of a digest.</summary>
    /// <param name="digest"><see cref="Size"/> bytes.</param>
    public ChunkId(ReadOnlySpan<byte> digest)
    {
        if (digest.Length != Size)
        {
            throw new ArgumentException($"a digest has {Size} bytes", nameof(digest));
        }

        this = MemoryMarshal.Read<ChunkId>(digest);
    }

    /// <summary>Reads 64 lower-case hexadecimal digits.</summary>
    /// <returns>Whether the text is that.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out ChunkId id)
    {
        Span<byte> digest = stackalloc byte[Size];
        var isId = text.Length == 2 * Size && !text.ContainsAnyInRange('A', 'F') && Convert.FromHexString(text, digest, out _, out _) == System.Buffers.OperationStatus.Done;
        id = isId ? new ChunkId(digest) : default;
        return isId;
    }

    /// <summary>Writes the bytes.</summary>
    public void CopyTo(Span<byte> target) => MemoryMarshal.Write(target, in this);

    /// <inheritdoc/>
    public bool Equals(ChunkId other) => part0 == other.part0 && part1 == other.part1 && part2 == other.part2 && part3 == other.part3;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ChunkId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => part0.GetHashCode();

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(MemoryMarshal.AsBytes(new ReadOnlySpan<ChunkId>(in this)));

    /// <summary>Whether two are the same.</summary>
    public static bool operator ==(ChunkId left, ChunkId right) => left.Equals(right);

    /// <summary>Whether two differ.</summary>
    public static bool operator !=(ChunkId left, ChunkId right) => !left.Equals(right);
}
