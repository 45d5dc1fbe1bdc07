// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Banana.Tests.Unit.Definition;

/// <summary>What the desktop editions give Flatpak: a remote.</summary>
public sealed class FlatpakFilesTests
{
    private static readonly string Os = Path.Combine(Checkout.Root, "os");
    private static readonly string Desktop = Path.Combine(Os, "overlay/desktop");

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
