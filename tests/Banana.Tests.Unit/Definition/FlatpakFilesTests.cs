// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using Banana.Definition;

namespace Banana.Tests.Unit.Definition;

/// <summary>What the desktop editions give Flatpak: a remote, a list of apps, and the units that install them.</summary>
public sealed class FlatpakFilesTests
{
    private const string PreinstallGroup = "Flatpak Preinstall ";
    private static readonly string Os = Path.Combine(Checkout.Root, "os");
    private static readonly string Desktop = Path.Combine(Os, "overlay/desktop");

    public static TheoryData<string> DesktopEditions => ["enthusiast", "stable", "testing"];

    [Fact]
    public void Every_remote_is_fetched_and_verified_as_it_should()
    {
        var files = Directory.GetFiles(Path.Combine(Os, "overlay"), "*.flatpakrepo", SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            Assert.Equal("usr/share/flatpak/remotes.d", Path.GetRelativePath(Desktop, Path.GetDirectoryName(file)!));
            var lines = IniLine.Read(file);

            // Signatures are verified because there is a key; there is no key in this format that turns it off, and none is to creep in.
            Assert.Empty(lines.Select(line => line.Key).Except(["Title", "Url", "Homepage", "Comment", "Description", "Icon", "GPGKey"], StringComparer.Ordinal));
            Assert.All(lines, line => Assert.Equal("Flatpak Repo", line.Section));
            Assert.StartsWith("https://", lines.Single(line => line.Key == "Url").Value, StringComparison.Ordinal);
            Assert.NotEmpty(lines.Single(line => line.Key == "GPGKey").Value);
        }
    }

    [Fact]
    public void The_key_of_Flathub_is_the_one_that_it_publishes()
    {
        var lines = IniLine.Read(Path.Combine(Desktop, "usr/share/flatpak/remotes.d/flathub.flatpakrepo"));
        Assert.Equal("https://dl.flathub.org/repo/", lines.Single(line => line.Key == "Url").Value);
        Assert.Equal(["6E5C05D979C76DAF93C081354184DD4D907A7CAE"], Fingerprints(Convert.FromBase64String(lines.Single(line => line.Key == "GPGKey").Value)));
    }

    [Theory]
    [MemberData(nameof(DesktopEditions))]
    public void No_app_of_the_list_is_in_the_image_too(string name)
    {
        using var lockfile = JsonDocument.Parse(File.ReadAllText(Path.Combine(Os, "locks", $"{name}.lock.json")));
        var packages = lockfile.RootElement.GetProperty("packages").EnumerateArray().Select(package => package.GetProperty("name").GetString()!).ToHashSet(StringComparer.Ordinal);
        var apps = Preinstalled();
        Assert.NotEmpty(apps);
        foreach (var (app, lines) in apps)
        {
            Assert.Matches(@"^[a-z]+\.[a-z]+\.[a-zA-Z]+$", app);
            Assert.Equal([("Branch", "stable")], lines.Select(line => (line.Key, line.Value)));
            Assert.DoesNotContain(app[(app.LastIndexOf('.') + 1)..].ToLowerInvariant(), packages);
        }

        Assert.Equal(apps.Select(app => app.Name).Distinct(StringComparer.Ordinal), apps.Select(app => app.Name));
    }

    [Theory]
    [MemberData(nameof(DesktopEditions))]
    public void Apps_are_installed_behind_the_boot_and_never_fail_it(string name)
    {
        var enabled = EditionResolver.Resolve(DefinitionLoader.Load(Os), name).Units.Enable;
        Assert.Contains("banana-flatpaks.timer", enabled);
        Assert.DoesNotContain("banana-flatpaks.service", enabled);

        var timer = IniLine.Read(Path.Combine(Desktop, "usr/lib/systemd/system/banana-flatpaks.timer"));
        Assert.Contains(new IniLine("Install", "WantedBy", "timers.target"), timer);
        Assert.Contains(timer, line => line is { Section: "Timer", Key: "OnUnitInactiveSec" });

        var service = IniLine.Read(Path.Combine(Desktop, "usr/lib/systemd/system/banana-flatpaks.service"));
        Assert.DoesNotContain(service, line => line.Section == "Install");
        Assert.Equal("-/usr/bin/flatpak preinstall --system --noninteractive", service.Single(line => line.Key == "ExecStart").Value);
        Assert.Equal(["/usr/bin/flatpak preinstall --help", "/usr/lib/banana/bananad background-check"], service.Where(line => line.Key == "ExecCondition").Select(line => line.Value));

        // It would let conditions hold that end with such a code (systemd.service(5), ExecCondition=).
        Assert.DoesNotContain(service, line => line.Key == "SuccessExitStatus");
        Assert.DoesNotContain(service, line => line.Key is "OnFailure" or "FailureAction" or "Before" or "RequiredBy" || line.Value.Contains("/sh ", StringComparison.Ordinal));
    }

    private static List<(string Name, IReadOnlyList<IniLine> Lines)> Preinstalled()
    {
        var files = Directory.GetFiles(Path.Combine(Os, "overlay"), "*.preinstall", SearchOption.AllDirectories);
        Assert.All(files, file => Assert.Equal("usr/share/flatpak/preinstall.d", Path.GetRelativePath(Desktop, Path.GetDirectoryName(file)!)));
        return [.. files.SelectMany(IniLine.Read).GroupBy(line => line.Section, StringComparer.Ordinal).Select(group =>
        {
            Assert.StartsWith(PreinstallGroup, group.Key, StringComparison.Ordinal);
            return (group.Key[PreinstallGroup.Length..], (IReadOnlyList<IniLine>)[.. group]);
        })];
    }

    // OpenPGP (RFC 4880, 4.2 and 12.2): packets of the old form; the fingerprint of a version 4 key is the SHA-1 of its packet, header and all.
    private static List<string> Fingerprints(byte[] key)
    {
        const int PublicKey = 6;
        List<string> found = [];
        for (var at = 0; at < key.Length;)
        {
            var (tag, lengthType) = (key[at] >> 2 & 0xf, key[at] & 3);
            Assert.True((key[at] & 0xc0) == 0x80 && lengthType < 2, "a packet of another form");
            var (header, length) = lengthType == 0 ? (2, key[at + 1]) : (3, BinaryPrimitives.ReadUInt16BigEndian(key.AsSpan(at + 1)));
            if (tag == PublicKey)
            {
                Assert.Equal((3, 4), (header, key[at + header]));
#pragma warning disable CA5350 // the fingerprint is defined so
                found.Add(Convert.ToHexString(SHA1.HashData(key.AsSpan(at, header + length))));
#pragma warning restore CA5350
            }

            at += header + length;
        }

        return found;
    }
}
