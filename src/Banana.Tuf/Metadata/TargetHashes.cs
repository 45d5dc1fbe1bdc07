// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Security.Cryptography;

namespace Banana.Tuf.Metadata;

/// <summary>Hashes of a file by algorithm, in hexadecimal. All that we know must hold, and one at least must be known.</summary>
/// <param name="values">By the names of the specification.</param>
public sealed class TargetHashes(IReadOnlyDictionary<string, string> values) : IEquatable<TargetHashes>
{
    /// <summary>SHA-256.</summary>
    public const string Sha256 = "sha256";

    /// <summary>SHA-512.</summary>
    public const string Sha512 = "sha512";

    /// <summary>By algorithm.</summary>
    public IReadOnlyDictionary<string, string> Values { get; } = values;

    /// <summary>The one that stands in the names of target files with consistent snapshots.</summary>
    public string Preferred => Values.TryGetValue(Sha256, out var hash) || Values.TryGetValue(Sha512, out hash) ? hash : Values.First().Value;

    /// <summary>The SHA-256 of bytes.</summary>
    public static TargetHashes Of(ReadOnlySpan<byte> content) =>
        new(new Dictionary<string, string>(StringComparer.Ordinal) { [Sha256] = Convert.ToHexStringLower(SHA256.HashData(content)) });

    /// <summary>Whether the bytes have these hashes.</summary>
    public bool Match(ReadOnlySpan<byte> content)
    {
        using var check = new HashCheck(this);
        check.Append(content);
        return check.IsMatch();
    }

    /// <inheritdoc/>
    public bool Equals(TargetHashes? other) => other is not null && other.Values.Count == Values.Count
        && Values.All(pair => other.Values.TryGetValue(pair.Key, out var value) && value == pair.Value);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TargetHashes);

    /// <inheritdoc/>
    public override int GetHashCode() => Values.Count;
}

/// <summary>Hashes bytes as they pass, and compares at the end.</summary>
internal sealed class HashCheck : IDisposable
{
    private readonly List<(IncrementalHash Hash, string Expected)> hashes = [];

    public HashCheck(TargetHashes expected)
    {
        foreach (var (algorithm, value) in expected.Values)
        {
            if (algorithm is TargetHashes.Sha256 or TargetHashes.Sha512)
            {
                hashes.Add((IncrementalHash.CreateHash(algorithm == TargetHashes.Sha256 ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA512), value));
            }
        }
    }

    public void Append(ReadOnlySpan<byte> piece)
    {
        foreach (var (hash, _) in hashes)
        {
            hash.AppendData(piece);
        }
    }

    /// <summary>False also when there is no hash that we know.</summary>
    public bool IsMatch() => hashes.Count > 0 && hashes.All(pair => Convert.ToHexStringLower(pair.Hash.GetHashAndReset()) == pair.Expected);

    public void Dispose() => hashes.ForEach(pair => pair.Hash.Dispose());
}
