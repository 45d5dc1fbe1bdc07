// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Formats.Release;

namespace Banana.Tests.Unit.Formats.Release;

/// <summary>A release that is right, for tests to break.</summary>
internal static class Samples
{
    public static readonly string Digest = new('a', 64);

    public static ReleaseManifest Manifest => new()
    {
        Id = "banana",
        Edition = "core",
        Version = new(20261121, 3),
        Architecture = "x86-64",
        Base = "debian",
        Suite = "forky",
        LockfileSha256 = Digest,
        SourceDateEpoch = 1795000000,
        RootHash = new string('b', 64),
        Image = new() { BlockSize = 4096, Compressor = "zstd,3", ClusterSize = 65536, MkfsVersion = "1.9.4" },
        Parts =
        [
            new() { Role = PartRole.Packages, File = "packages.json", Size = 20, Sha256 = Digest },
            new() { Role = PartRole.Usr, File = "banana_20261121.3_usr-x86-64.erofs", Size = 8192, Sha256 = Digest },
        ],
    };

    public static ReleaseDelivery Delivery => new()
    {
        Edition = "core",
        Version = new(20261121, 3),
        Verity = new() { Uuid = new("6ba7b810-9dad-11d1-80b4-00c04fd430c8"), Salt = "00ff" },
        Parts =
        [
            new()
            {
                Role = PartRole.Usr,
                Object = Object("images/banana_20261121.3_usr-x86-64.erofs"),
                Index = new() { Object = Object("images/banana_20261121.3_usr-x86-64.erofs.caibx"), Minimum = 16384, Average = 65536, Maximum = 262144 },
                Reuse = [new() { From = new(20261121, 2), Bytes = 100_000, Requests = 12 }],
            },
            new() { Role = PartRole.Packages, Object = Object("releases/core/20261121.3/packages.json") },
        ],
        Patches = [new() { From = new(20261121, 2), FromSha256 = Digest, Object = Object("patches/core/20261121.2-20261121.3") }],
    };

    public static PackageList Packages => new()
    {
        Packages =
        [
            new() { Name = "zlib", Version = "1:1.3+dfsg-1", Architecture = "amd64", License = "Zlib", Source = "zlib 1:1.3", InstalledSize = 4096 },
            new() { Name = "Bash", Version = "5.3-1", Architecture = "amd64", License = "NOASSERTION", Source = "bash 5.3-1" },
        ],
    };

    private static DeliveredObject Object(string key) => new() { Key = key, Size = 8192, Sha256 = Digest };
}
