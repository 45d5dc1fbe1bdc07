// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bases;
using Banana.Bases.Arch;
using Banana.Bases.Tree;
using Banana.Foundation.Errors;

namespace Banana.Tests.Unit.Bases;

public sealed class PackageListTests : IDisposable
{
    private static readonly LockedPackage Locked = new() { Name = "x", Version = "1", Architecture = "x86-64", File = "x.tar", Size = 1, Sha256 = new string('0', 64), Source = "x 1" };
    private readonly TemporaryFolder tree = new();

    public void Dispose() => tree.Dispose();

    [Theory]
    [InlineData("GPL-3.0-or-later", "GPL-3.0-or-later")]
    [InlineData("MIT\nGPL-2.0-or-later OR LGPL-2.1-only", "MIT AND (GPL-2.0-or-later OR LGPL-2.1-only)")]
    [InlineData("LicenseRef-custom", "LicenseRef-custom")]
    [InlineData("GPL", "NOASSERTION")]
    [InlineData("custom:Foo", "NOASSERTION")]
    public void Pacman_licences_are_told_when_they_are_spdx(string license, string expected)
    {
        Write("var/lib/pacman/local/a-1-1/desc", $"%NAME%\na\n\n%VERSION%\n1-1\n\n%BASE%\nabase\n\n%ARCH%\nany\n\n%SIZE%\n12\n\n%LICENSE%\n{license}\n\n");
        Assert.Equal(new InstalledPackage("a", "1-1", "any", expected, "abase 1-1", 12), Assert.Single(PacmanPackageList.Read(tree.Path)));
    }

    [Fact]
    public void Tree_without_a_list_is_one_entry()
    {
        Write("usr/lib/os-release", "NAME=\"KDE Linux\"\nID=kde-linux\nVERSION_ID=\"6\"\nIMAGE_VERSION=202611210000\n");
        Assert.Equal([("kde-linux", "202611210000")], TreePackageList.Read(tree.Path, Locked).Select(package => (package.Name, package.Version)));
    }

    [Fact]
    public void Manifest_of_buildstream_is_read()
    {
        Write("usr/manifest.json", """{"modules":[{"name":"z.bst","sources":[],"x-cpe":{"product":"z","version":"1.3"}},{"name":"a.bst"}]}""");
        Assert.Equal([("a.bst", "0"), ("z.bst", "1.3")], TreePackageList.Read(tree.Path, Locked).Select(package => (package.Name, package.Version)));
    }

    [Fact]
    public void List_of_our_own_release_is_read()
    {
        Write("usr/share/banana/packages.json", """{"format":1,"packages":[{"name":"bash","version":"5.3-2","architecture":"amd64","license":"GPL-3.0-or-later","source":"bash 5.3-2","installedSize":7}]}""");
        Assert.Equal([new InstalledPackage("bash", "5.3-2", "amd64", "GPL-3.0-or-later", "bash 5.3-2", 7)], TreePackageList.Read(tree.Path, Locked));
    }

    [Fact]
    public void Broken_manifest_is_named()
    {
        Write("usr/manifest.json", "{\"modules\": 3}");
        var error = Assert.Throws<BananaException>(() => TreePackageList.Read(tree.Path, Locked));
        Assert.Equal(ExitCode.BadInput, error.Code);
        Assert.Contains("manifest.json", error.Message, StringComparison.Ordinal);
    }

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(tree[path])!);
        File.WriteAllText(tree[path], text);
    }
}
