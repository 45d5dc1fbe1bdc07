// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.IO.Compression;
using System.Text;
using Banana.Formats.Fat;
using Banana.Formats.Storage;

namespace Banana.Tests.Unit.Formats.Fat;

/// <summary>Volumes that mkfs.vfat and mtools made (golden/README.md), and where things are in them.</summary>
internal static class FatSamples
{
    public const string Fragmented = "EFI/Linux/banana_20261125.1+3-1.efi";
    public const string Loader = "EFI/BOOT/BOOTX64.EFI";
    private static readonly Dictionary<FatKind, byte[]> Unpacked = [];

    public static byte[] Bytes(FatKind kind)
    {
        lock (Unpacked)
        {
            if (!Unpacked.TryGetValue(kind, out var bytes))
            {
                using var file = new GZipStream(File.OpenRead(Path.Combine(AppContext.BaseDirectory, "golden", $"fat{(int)kind}.img.gz")), CompressionMode.Decompress);
                using var memory = new MemoryStream();
                file.CopyTo(memory);
                Unpacked[kind] = bytes = memory.ToArray();
            }

            return bytes;
        }
    }

    /// <summary>What seq(1) prints, of which the files are made.</summary>
    public static byte[] Lines(int first, int last) => Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(first, last - first + 1).Select(line => $"{line}\n")));

    public static byte[] Content(FatVolume volume, string path)
    {
        using var file = volume.Open(volume.Find(path)!);
        var content = new byte[file.Length];
        file.Read(0, content);
        return content;
    }
}

/// <summary>Bytes with others in some places, without a copy of all of them.</summary>
internal sealed class Patched(byte[] whole, IReadOnlyDictionary<long, byte> changes) : ByteSource
{
    public override string Name => "esp.img";

    public override long Length { get; } = whole.Length;

    protected override void ReadCore(long offset, Span<byte> buffer)
    {
        whole.AsSpan((int)offset, buffer.Length).CopyTo(buffer);
        foreach (var (place, value) in changes)
        {
            if (place >= offset && place < offset + buffer.Length)
            {
                buffer[(int)(place - offset)] = value;
            }
        }
    }
}
