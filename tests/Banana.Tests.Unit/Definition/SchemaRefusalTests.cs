// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

namespace Banana.Tests.Unit.Definition;

/// <summary>Files that do not follow the schema are refused, with the place and what to do.</summary>
public sealed class SchemaRefusalTests : IDisposable
{
    private readonly DefinitionFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    // Unknown keys, with the nearest known one.
    [InlineData("editions/core.yaml", "title: Core", "titel: Core", "editions/core.yaml:1:1", "unknown key of an edition 'titel'; did you mean 'title'?")]
    [InlineData("editions/core.yaml", "  enable:", "  enabled:", "editions/core.yaml:6:3", "unknown key of 'units' 'enabled'; did you mean 'enable'?")]
    [InlineData("bases/debian.yaml", "components: [main]", "component: [main]", "bases/debian.yaml:7:10", "unknown key of a suite 'component'; did you mean 'components'?")]
    [InlineData("initrd.yaml", "modules:", "kernel: 1\nmodules:", "initrd.yaml:2:1", "unknown key of an initrd 'kernel'; known: files, modules, optional-files, optional-modules, overlay")]
    // Wrong kinds.
    [InlineData("editions/core.yaml", "title: Core", "title: [Core]", "editions/core.yaml:1:8", "'title' must be text, not a list")]
    [InlineData("editions/core.yaml", "title: Core", "title:", "editions/core.yaml:1:7", "'title' has no value; it must be text")]
    [InlineData("editions/core.yaml", "sets: [system]", "sets: system", "editions/core.yaml:4:7", "'sets' must be a list, not 'system'")]
    [InlineData("editions/core.yaml", "sets: [system]", "sets: [{a: b}]", "editions/core.yaml:4:8", "'sets' must be text, not a mapping")]
    [InlineData("editions/core.yaml", "65536", "many", "editions/core.yaml:11:46", "'cluster-size' must be a whole number from 4096 to 1048576, not 'many'")]
    [InlineData("editions/core.yaml", "65536", "\"65536\"", "editions/core.yaml:11:46", "'cluster-size' must be a whole number from 4096 to 1048576, not '65536'")]
    [InlineData("editions/core.yaml", "65536", "2048", "editions/core.yaml:11:46", "'cluster-size' must be a whole number from 4096 to 1048576, not '2048'")]
    [InlineData("bases/debian.yaml", "keyring:", "check-valid-until: no\nkeyring:", "bases/debian.yaml:4:20", "'check-valid-until' must be true or false, not 'no'")]
    [InlineData("editions/core.yaml", "title: Core", "title: Core\nreplace:\n  - { file: /a, text: '(', with: b, reason: c }", "editions/core.yaml:3:23", "'text' must be a regular expression, not '('")]
    [InlineData("editions/core.yaml", "title: Core", "title: Core\nremove: [a]", "editions/core.yaml:2:10", "'remove' must be a mapping, not 'a'")]
    [InlineData("packages/kernel.yaml", "debian: [linux-image-amd64]", "debian: linux-image-amd64", "packages/kernel.yaml:3:11", "'packages' must be a list, not 'linux-image-amd64'")]
    // Missing keys.
    [InlineData("banana.yaml", "  name: Banana\n", "", "banana.yaml:3:3", "the identity must have the key 'name'")]
    [InlineData("banana.yaml", "  name: Banana\n", "  name: Banana\n  release-index: 2\n  minimum-release-index: 3\n", "banana.yaml:6:3", "'minimum-release-index' is 3, above the 'release-index' of these releases; a release must be able to follow itself")]
    [InlineData("banana.yaml", "  name: Banana\n", "  name: Banana\n  release-index: 0\n", "banana.yaml:5:18", "'release-index' must be a whole number from 1 to 2147483647, not '0'")]
    [InlineData("banana.yaml", "format: 1\n", "", "banana.yaml:1:1", "the definition must have the key 'format'")]
    [InlineData("bases/debian.yaml", "keyring: keys/debian.gpg\n", "", "bases/debian.yaml:1:1", "a base of the plug-in 'debian' must have the key 'keyring'")]
    [InlineData("packages/kernel.yaml", "summary: The kernel\n", "", "packages/kernel.yaml:1:1", "a package set must have the key 'summary'")]
    // Bad values.
    [InlineData("bases/debian.yaml", "plugin: debian", "plugin: fedora", "bases/debian.yaml:1:9", "'plugin' must be one of: debian, arch, tree, not 'fedora'")]
    [InlineData("bases/debian.yaml", "http://deb.debian.org/debian/", "deb.debian.org", "bases/debian.yaml:3:9", "'mirror' must be an address that begins with http://, https:// or file://, not 'deb.debian.org'")]
    [InlineData("bases/debian.yaml", "keyring:", "archive: http://x/y\nkeyring:", "bases/debian.yaml:4:10", "'archive' must have '{date}' where the snapshot's date goes, not 'http://x/y'")]
    [InlineData("banana.yaml", "id: banana", "id: Banana OS", "banana.yaml:3:7", "'id' must begin with a letter and have only lower-case letters, digits and '-', not 'Banana OS'")]
    [InlineData("editions/core.yaml", "a.service", "a", "editions/core.yaml:6:12", "'enable' must be the full name of a unit, such as 'foo.service', not 'a'")]
    [InlineData("editions/core.yaml", "[rw]", "[rw quiet]", "editions/core.yaml:8:16", "'command-line' must be one word; write several as several items of the list, not 'rw quiet'")]
    [InlineData("editions/core.yaml", "overlay/core", "../core", "editions/core.yaml:7:12", "'overlays' must be a relative path inside the definition, without '..', not '../core'")]
    [InlineData("editions/core.yaml", "zstd,3", "gzip", "editions/core.yaml:11:22", "'compressor' must be a compressor of mkfs.erofs and its level: lz4; lz4hc,0 to 12; zstd,0 to 22; deflate,0 to 9; lzma,0 to 9, not 'gzip'")]
    [InlineData("editions/core.yaml", "65536", "65535", "editions/core.yaml:11:46", "'cluster-size' must be a power of two, not '65535'; 65536 is a good choice")]
    [InlineData("editions/core.yaml", "[rw]", "[rw, a, rw]", "editions/core.yaml:8:23", "'rw' is in the list 'command-line' twice, first in line 8; remove one of the two")]
    [InlineData("editions/core.yaml", "  enable:", "  mask: [b.service]\n  enable:", "editions/core.yaml:6:10", "the unit 'b.service' is enabled by the same edition; decide for one")]
    [InlineData("packages/kernel.yaml", "arch:", "fedora:", "packages/kernel.yaml:4:3", "a name in 'packages' must be one of: debian, arch, tree, not 'fedora'")]
    [InlineData("bases/arch.yaml", "plugin: arch", "plugin: tree\nsource: a", "bases/arch.yaml:4:1", "a base of the plug-in 'tree' has no use for the key 'mirror'; remove it")]
    // YAML that is no definition.
    [InlineData("editions/core.yaml", "suite: forky", "base: arch", "editions/core.yaml:3:1", "the key 'base' is there twice, first in line 2; remove one of the two")]
    [InlineData("editions/core.yaml", "title: Core", "title: &a Core", "editions/core.yaml:1:8", "anchors and aliases are not used in definitions; write the value out where it is needed")]
    [InlineData("editions/core.yaml", "title: Core", "title: !a Core", "editions/core.yaml:1:8", "tags ('!…') are not used in definitions; remove it, or quote the text if it begins with '!'")]
    [InlineData("editions/core.yaml", "image:", "---\nimage:", "editions/core.yaml:11:1", "a second document begins here; a file holds one")]
    public void A_file_is_refused_where_it_is_wrong(string file, string from, string to, string place, string says)
    {
        folder.Change(file, from, to);
        folder.AssertRefused(folder.LoadFails(), place, says);
    }

    [Theory]
    [InlineData("", ":1:1", "the file is empty")]
    [InlineData("# only a comment\n", ":2:1", "the file is empty")]
    [InlineData("- a\n", ":1:1", "the file must be a mapping ('key: value' lines)")]
    public void A_file_without_a_mapping_is_refused(string text, string place, string says)
    {
        folder.Write("editions/core.yaml", text);
        folder.AssertRefused(folder.LoadFails(), "editions/core.yaml" + place, says);
    }

    [Theory]
    [InlineData("title: [Core", 2)]
    [InlineData("title: Core\n base: debian", 2)]
    [InlineData("title: \"Core", 1)]
    public void Broken_yaml_is_refused_with_its_line(string text, int line)
    {
        folder.Write("editions/core.yaml", text + "\n");
        var error = folder.LoadFails();
        Assert.StartsWith($"{folder.Root}/editions/core.yaml:{line}:", error.Message, StringComparison.Ordinal);
        Assert.Contains("this is not valid YAML", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Text_that_is_not_utf8_is_refused()
    {
        File.WriteAllBytes(Path.Combine(folder.Root, "editions/core.yaml"), [(byte)'a', 0xff, (byte)'b']);
        folder.AssertRefused(folder.LoadFails(), "editions/core.yaml", "the file is not UTF-8 text");
    }

    [Fact]
    public void A_huge_file_is_refused_before_it_is_read()
    {
        folder.Write("editions/core.yaml", new string('#', (1 << 20) + 1));
        folder.AssertRefused(folder.LoadFails(), "editions/core.yaml", "the file is larger than 1 MiB, which no definition needs");
    }

    [Fact]
    public void Deep_nesting_is_refused()
    {
        folder.Write("editions/core.yaml", "title: " + new string('[', 5000));
        folder.AssertRefused(folder.LoadFails(), "editions/core.yaml:1:40", "values are nested more than 32 deep");
    }

    [Theory]
    [InlineData("editions/Core.yaml", "rename or move it")]
    [InlineData("editions/core.yml", "rename or move it")]
    public void A_file_with_a_name_that_is_no_name_is_refused(string file, string says)
    {
        folder.Write(file, "title: x");
        Assert.EndsWith(says, folder.LoadFails().Message, StringComparison.Ordinal);
    }
}
