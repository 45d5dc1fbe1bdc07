// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Formats.Release;
using Banana.Foundation.Hashing;

namespace Banana.Tests.Unit.Cli;

/// <summary>Releases with small files that look like what they should be.</summary>
internal static class ReleaseSample
{
    /// <summary>Writes a release with a disk that passes for one.</summary>
    public static ReleaseManifest Write(TemporaryFolder folder, string name, string version, byte[]? disk = null)
    {
        disk ??= Disk();
        Directory.CreateDirectory(folder[name]);
        File.WriteAllBytes(Path.Combine(folder[name], "disk.raw"), disk);
        var manifest = Manifest(version, disk);
        File.WriteAllBytes(Path.Combine(folder[name], ReleaseManifest.FileName), manifest.ToJson());
        return manifest;
    }

    /// <summary>A disk of one MiB with the signature of a GPT.</summary>
    public static byte[] Disk()
    {
        var disk = new byte[1 << 20];
        "EFI PART"u8.CopyTo(disk.AsSpan(512));
        return disk;
    }

    private static ReleaseManifest Manifest(string version, byte[] disk)
    {
        Assert.True(ReleaseVersion.TryParse(version, out var parsed));
        return new ReleaseManifest
        {
            Id = "banana",
            Edition = "core",
            Version = parsed,
            Architecture = "x86-64",
            Base = "debian",
            Suite = "forky",
            LockfileSha256 = new string('a', 64),
            SourceDateEpoch = 1793347681,
            RootHash = Vm.HealthSamples.RootHash,
            Image = new ReleaseImage { BlockSize = 4096, Compressor = "lz4hc,9", ClusterSize = 65536, MkfsVersion = "1.9.4" },
            Parts = [new ReleasePart { Role = PartRole.Disk, File = "disk.raw", Size = disk.Length, Sha256 = Sha256Digest.Of(disk) }],
        };
    }
}
