// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Buffers.Binary;
using System.Numerics;
using Banana.Formats.Erofs;
using Banana.Formats.Storage;

namespace Banana.Tests.Unit.Formats.Erofs;

/// <summary>The golden images, whole and with changes.</summary>
internal static class Golden
{
    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "golden");

    public static IEnumerable<string> Names => Directory.GetFiles(Folder, "*.erofs").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal);

    public static byte[] Bytes(string name) => File.ReadAllBytes(Path.Combine(Folder, $"{name}.erofs"));

    public static ErofsImage Open(byte[] bytes) => ErofsImage.Open(ByteSource.FromMemory(bytes, "test.erofs"));

    /// <summary>Makes the checksum of the superblock right again, so that a change of it reaches what is behind.</summary>
    public static void Seal(byte[] image)
    {
        var size = 1 << Math.Clamp((int)image[1024 + 12], 9, 12);
        var block = image.AsSpan(1024, Math.Min(size > 1024 ? size - 1024 : size, image.Length - 1024));
        block.Slice(4, 4).Clear();
        var crc = uint.MaxValue;
        foreach (var value in block)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(block[4..], crc);
    }
}
