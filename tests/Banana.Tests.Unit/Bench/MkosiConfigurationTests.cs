// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bench.Peers;
using Banana.Definition;
using Banana.Definition.Model;

namespace Banana.Tests.Unit.Bench;

public sealed class MkosiConfigurationTests
{
    private static readonly Edition Core = EditionResolver.Resolve(DefinitionLoader.Load(Path.Combine(Checkout.Root, "os")), "core");
    private static readonly IReadOnlyDictionary<string, string> Files = new MkosiConfiguration(Core, new MkosiFolder("/bench"), 1793318400).Compose();

    [Fact]
    public void It_asks_for_exactly_the_packages_of_the_edition() => Assert.Equal(Core.Packages, List("Packages"));

    [Fact]
    public void It_removes_what_the_edition_removes()
    {
        Assert.Equal(Core.Remove.SelectMany(rule => MkosiConfiguration.ExpandBraces(rule.Pattern)), List("RemoveFiles"));
        Assert.DoesNotContain(List("RemoveFiles"), pattern => pattern.Contains('{', StringComparison.Ordinal));
    }

    [Fact]
    public void It_takes_packages_from_the_mirror_of_the_base() =>
        Assert.Contains($"URIs: {Core.Base.Mirror}\nSuites: forky\nComponents: main non-free-firmware\n", Files["sandbox/etc/apt/sources.list.d/mkosi.sources"], StringComparison.Ordinal);

    [Fact]
    public void It_packs_usr_with_the_compressor_and_cluster_size_of_the_edition()
    {
        Assert.Contains("Format=erofs\nCompression=zstd\nCompressionLevel=3\n", Files["repart/20-usr-a.conf"], StringComparison.Ordinal);
        Assert.Contains("Verity=data\n", Files["repart/20-usr-a.conf"], StringComparison.Ordinal);
        Assert.Contains("Verity=hash\n", Files["repart/21-usr-a-verity.conf"], StringComparison.Ordinal);
        Assert.Equal(["SYSTEMD_REPART_MKFS_OPTIONS_EROFS=-C65536"], List("Environment"));
    }

    [Theory]
    [InlineData("/usr/share/man", new[] { "/usr/share/man" })]
    [InlineData("/usr/{bin,sbin}/update-alternatives", new[] { "/usr/bin/update-alternatives", "/usr/sbin/update-alternatives" })]
    [InlineData("/{a,b}/{c,d}", new[] { "/a/c", "/a/d", "/b/c", "/b/d" })]
    [InlineData("/open{brace", new[] { "/open{brace" })]
    public void Braces_become_patterns_without(string pattern, string[] expected) => Assert.Equal(expected, MkosiConfiguration.ExpandBraces(pattern));

    // Name=first
    //         second
    private static List<string> List(string name)
    {
        var lines = Files["mkosi.conf"].Split('\n');
        var first = Array.FindIndex(lines, line => line.StartsWith(name + "=", StringComparison.Ordinal));
        return [lines[first][(name.Length + 1)..], .. lines.Skip(first + 1).TakeWhile(line => line.StartsWith(' ')).Select(line => line.Trim())];
    }
}
