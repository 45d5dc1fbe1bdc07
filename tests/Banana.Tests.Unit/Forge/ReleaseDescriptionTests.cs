// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text.Json;
using Banana.Definition.Model;
using Banana.Forge.Build;
using Banana.Forge.Images;
using Banana.Forge.Release;
using Banana.Forge.Trees;
using Banana.Formats.Release;

namespace Banana.Tests.Unit.Forge;

public sealed class ReleaseDescriptionTests
{
    [Fact]
    public void Partition_ids_are_the_halves_of_the_root_hash()
    {
        var (usr, verity) = SeededGuid.FromRootHash("00112233445566778899aabbccddeeff0123456789abcdef0123456789abcdef");

        Assert.Equal("00112233-4455-6677-8899-aabbccddeeff", usr.ToString());
        Assert.Equal("01234567-89ab-cdef-0123-456789abcdef", verity.ToString());
    }

    [Fact]
    public void Seeded_ids_are_the_same_for_the_same_release_and_different_for_another()
    {
        var one = new SeededGuid("banana/core/20261030.1");

        Assert.Equal(one.For("erofs"), new SeededGuid("banana/core/20261030.1").For("erofs"));
        Assert.NotEqual(one.For("erofs"), one.For("verity"));
        Assert.NotEqual(one.For("erofs"), new SeededGuid("banana/core/20261030.2").For("erofs"));
        Assert.Equal(8, one.For("erofs").Version);
    }

    [Fact]
    public void What_is_not_named_does_not_run()
    {
        var preset = UnitPresets.Compose(new UnitChoices { Enable = ["a.service"], Disable = ["b.service"] });

        Assert.Equal(["disable b.service", "enable a.service", "disable *"], preset.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1));
    }

    [Fact]
    public void File_names_are_those_that_sysupdate_matches()
    {
        var names = new ReleaseNames("banana", "20261030.1", "x86-64");

        Assert.Equal("banana_20261030.1_usr-x86-64.erofs", names.Usr);
        Assert.Equal("banana_20261030.1-x86-64.efi", names.Uki);
    }

    [Fact]
    public void The_bill_of_materials_names_every_package_with_licence_and_origin()
    {
        var packages = new PackageList
        {
            Packages =
            [
                new ReleasePackage { Name = "libc6", Version = "2.43-7", Architecture = "amd64", License = "LGPL-2.1-or-later", Source = "glibc 2.43-7", InstalledSize = 1 },
                new ReleasePackage { Name = "g++", Version = "1:16+b1", Architecture = "amd64", License = "NOASSERTION", Source = "gcc 16", InstalledSize = 1 },
            ],
        };
        var manifest = new ReleaseManifest
        {
            Id = "banana", Edition = "core", Version = ReleaseVersion.Parse("20261030.1"), Architecture = "x86-64", Base = "debian", Suite = "forky",
            LockfileSha256 = new string('a', 64), SourceDateEpoch = 1_793_347_681, RootHash = new string('b', 64), Parts = [],
            Image = new ReleaseImage { BlockSize = 4096, Compressor = "zstd,3", ClusterSize = 65536, MkfsVersion = "1.9.4" },
        };

        using var document = JsonDocument.Parse(SpdxDocument.Compose(manifest, packages));
        var root = document.RootElement;
        var ids = root.GetProperty("packages").EnumerateArray().Select(p => p.GetProperty("SPDXID").GetString()!).ToList();

        Assert.Equal("SPDX-2.3", root.GetProperty("spdxVersion").GetString());
        Assert.Equal("2026-10-30T08:08:01Z", root.GetProperty("creationInfo").GetProperty("created").GetString());
        Assert.Equal(3, ids.Count);
        Assert.All(ids, id => Assert.Matches("^SPDXRef-[A-Za-z0-9.-]+$", id));
        Assert.Equal("pkg:deb/debian/libc6@2.43-7?arch=amd64&distro=forky", root.GetProperty("packages")[1].GetProperty("externalRefs")[0].GetProperty("referenceLocator").GetString());
        Assert.Equal(3, root.GetProperty("relationships").GetArrayLength());
    }

    [Fact]
    public void Os_release_quotes_what_a_shell_would_read_otherwise()
    {
        var text = OsRelease.Compose(Edition("Say \"$HOME\""), "20261030.1");

        Assert.Contains("NAME=\"Say \\\"\\$HOME\\\"\"\n", text, StringComparison.Ordinal);
        Assert.Contains("IMAGE_VERSION=\"20261030.1\"\n", text, StringComparison.Ordinal);
        Assert.Contains("RELEASE_INDEX=\"1\"\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("IMAGE_VERSION", OsRelease.Compose(Edition("x"), version: null), StringComparison.Ordinal);
    }

    private static Edition Edition(string name) => new()
    {
        Name = "core", Title = "Core", Identity = new Identity { Id = "banana", Name = name, DefaultHostname = "banana" },
        Base = new BaseDefinition { Name = "debian", Plugin = "debian", Architecture = "x86-64", Suites = new Dictionary<string, SuiteDefinition>(StringComparer.Ordinal) },
        Suite = new SuiteDefinition { Name = "forky", Components = ["main"] }, Packages = [], Programs = [], Languages = [], Units = new UnitChoices(), Overlays = [], CommandLine = [], Remove = [],
        Partitions = "/p", Initrd = new InitrdDefinition { Files = [], Modules = [], Overlay = "/o" }, Image = new ImageParameters { Compressor = "zstd,3", ClusterSize = 65536 }, Lockfile = "/l",
    };
}
