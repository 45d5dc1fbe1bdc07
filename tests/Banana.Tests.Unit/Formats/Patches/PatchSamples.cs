// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Security.Cryptography;
using Banana.Formats.Patches;
using Banana.Formats.Patches.Applying;
using Banana.Formats.Patches.Making;
using Banana.Formats.Storage;

namespace Banana.Tests.Unit.Formats.Patches;

/// <summary>Small erofs images and patches between them.</summary>
internal static class PatchSamples
{
    public static readonly ClusterLibraries Libraries = ClusterLibraries.System();

    /// <summary>A golden image, filled up to whole blocks: those images have blocks of 512 bytes.</summary>
    public static byte[] Image(string name)
    {
        var bytes = File.ReadAllBytes(Path.Combine(Checkout.Root, "tests/Banana.Tests.Unit/Formats/Erofs/golden", name));
        Array.Resize(ref bytes, (bytes.Length + PatchFormat.BlockSize - 1) / PatchFormat.BlockSize * PatchFormat.BlockSize);
        return bytes;
    }

    public static ByteSource Open(byte[] bytes, string name) => ByteSource.FromMemory(bytes, name);

    public static byte[] Make(byte[] old, byte[] target, int workers = 2)
    {
        var options = new PatchOptions
        {
            Libraries = Libraries,
            Codecs = [new(ClusterAlgorithm.Zstd, 3, 19, Libraries.Zstd!.VersionNumber), new(ClusterAlgorithm.Lz4, 9, 0, (uint)Libraries.Lz4!.VersionNumber)],
            Level = 3,
            Workers = workers,
        };
        using var patch = new MemoryStream();
        using var from = Open(old, "old");
        using var to = Open(target, "new");
        PatchMaker.Make(from, to, patch, options, TestContext.Current.CancellationToken);
        return patch.ToArray();
    }

    public static byte[] Apply(byte[] old, byte[] patch)
    {
        using var source = Open(old, "old");
        using var input = new MemoryStream(patch);
        var header = PatchHeader.Read(input, "test.patch");
        using var output = new Bounded(header.NewSize);
        using var applier = new PatchApplier(source, header, input, "test.patch", Libraries);
        applier.Apply(output, TestContext.Current.CancellationToken);
        return output.ToArray();
    }

    public static bool IsRight(byte[] patch, byte[] result) =>
        SHA256.HashData(result).AsSpan().SequenceEqual(PatchHeader.Read(new MemoryStream(patch), "test.patch").NewDigest.Span);

    /// <summary>Fails when more is written than the header says: a device's slot is not longer.</summary>
    private sealed class Bounded(long limit) : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Assert.True(Length + buffer.Length <= limit, "the patch writes beyond the image");
            base.Write(buffer);
        }
    }
}
