// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using Banana.Formats.Release;
using Banana.Formats.Verity;
using Banana.Foundation.Errors;
using Banana.Updates.Planning;

namespace Banana.Updates.Fetching;

/// <summary>Reads a part back from its target: its SHA-256, and for the image of /usr the root hash of its verity tree, which is made on the way.</summary>
internal static class PartVerifier
{
    private const int Piece = 4 << 20;

    /// <summary>Throws unless the target holds the part.</summary>
    /// <param name="target">The target; read from its beginning to the length of the part.</param>
    /// <param name="plan">The update.</param>
    /// <param name="part">The part.</param>
    /// <param name="tree">Where the verity tree goes; null: only its root hash is wanted.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="BananaException">It does not.</exception>
    public static void Require(TargetStream target, UpdatePlan plan, PartPlan part, Stream? tree, CancellationToken cancellation)
    {
        var verity = part.Part.Role == PartRole.Usr && plan.Delivery.Verity is { } made && part.Part.Size is > 0 and var size && size % VeritySuperblock.BlockSize == 0
            ? new VerityTree(new VeritySuperblock(made.Uuid, size / VeritySuperblock.BlockSize, Convert.FromHexString(made.Salt)), tree)
            : null;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[(int)Math.Min(Piece, Math.Max(part.Part.Size, 1))];
        for (var offset = 0L; offset < part.Part.Size;)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = (int)Math.Min(buffer.Length, part.Part.Size - offset);
            if (!target.TryReadAt(offset, buffer.AsSpan(0, count)))
            {
                throw Wrong(part, $"ends at {target.Length} of {part.Part.Size} bytes");
            }

            // Two digests of the same bytes: side by side where there is a second core.
            try
            {
                Parallel.Invoke(() => hash.AppendData(buffer, 0, count), () => verity?.Append(buffer.AsSpan(0, count)));
            }
            catch (AggregateException error)
            {
                ExceptionDispatchInfo.Throw(error.InnerExceptions[0]);
            }

            offset += count;
        }

        if (Convert.ToHexStringLower(hash.GetHashAndReset()) != part.Part.Sha256)
        {
            throw Wrong(part, "does not have the SHA-256 of the manifest");
        }

        if (verity is not null && Convert.ToHexStringLower(verity.Finish()) != plan.Manifest.RootHash)
        {
            throw Wrong(part, "does not have the verity root hash of the manifest");
        }
    }

    private static BananaException Wrong(PartPlan part, string what) => new(ExitCode.Untrusted, what, part.Part.File, "fetch the release in another way");
}
