// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bases;
using Banana.Bases.Debian;
using Banana.Bases.Files;
using Banana.Definition.Model;
using Banana.Foundation.Errors;
using Banana.Foundation.Files;
using Banana.Foundation.Processes;
using Banana.Tests.Integration.Tools;

namespace Banana.Tests.Integration.Bases;

public sealed class DebianBaseTests(DebianWorld world) : BaseConformance<DebianWorld>(world)
{
    private static readonly string[] FirstOfAll = ["base-passwd", "base-files"];

    [Fact]
    public async Task Tree_is_the_one_that_dpkg_alone_would_have_made()
    {
        var tree = World.Folder.Combine("plain");
        await InstallByDpkgAloneAsync(tree);
        var differences = TreeSnapshot.Differences(await TreeSnapshot.TakeAsync(World.Tree, Cancellation, directoryTimes: false), await TreeSnapshot.TakeAsync(tree, Cancellation, directoryTimes: false))
            .Where(line => !line.StartsWith("/var/lib/dpkg/triggers/File:", StringComparison.Ordinal)) // the order of its lines is that of unpacking
            .ToList();
        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    [Fact]
    public void Nothing_of_the_installation_itself_stays()
    {
        foreach (var path in new[] { ".banana-staging", "usr/sbin/policy-rc.d", "var/lib/dpkg/info/banana-assumed.list", "etc/machine-id", "var/log/dpkg.log" })
        {
            Assert.False(Path.Exists(Path.Combine(World.Tree, path)), path);
        }

        Assert.DoesNotContain("banana-assumed", File.ReadAllText(Path.Combine(World.Tree, "var/lib/dpkg/status")), StringComparison.Ordinal);
        Assert.DoesNotContain(TreeWalk.Below(World.Tree), file => file.Name.EndsWith(".dpkg-new", StringComparison.Ordinal) || file.Name.EndsWith(".dpkg-tmp", StringComparison.Ordinal));
    }

    [Fact]
    public void Nothing_is_dated_after_the_index() =>
        Assert.DoesNotContain(TreeWalk.Below(World.Tree), file => Posix.Stat(file.FullName).Seconds > World.Lockfile.Epoch);

    [Fact]
    public void Essential_packages_and_what_they_need_are_marked()
    {
        var essential = World.Lockfile.Packages.Where(package => package.Essential).Select(package => package.Name).ToHashSet(StringComparer.Ordinal);
        Assert.Superset(new HashSet<string>(["base-files", "bash", "dpkg", "libc6", "perl-base"], StringComparer.Ordinal), essential);
        Assert.DoesNotContain("less", essential);
        Assert.DoesNotContain("apt", World.Lockfile.Packages.Select(package => package.Name));
    }

    [Fact]
    public async Task Changed_index_is_refused()
    {
        var index = World.Folder.Combine("mirror", "dists", "forky", "main", "binary-amd64", "Packages");
        var whole = await File.ReadAllBytesAsync(index, Cancellation);
        try
        {
            BaseWorld.FlipByte(index);
            var error = await Assert.ThrowsAsync<BananaException>(() => World.Base(scratch: "fresh").ResolveAsync(World.Definition, World.Suite, World.Packages, Cancellation));
            Assert.Equal(ExitCode.Untrusted, error.Code);
            Assert.DoesNotContain('\n', error.Message);
        }
        finally
        {
            await File.WriteAllBytesAsync(index, whole, Cancellation);
        }
    }

    [Fact]
    public async Task Expired_index_is_refused_unless_the_definition_allows_it()
    {
        var suite = new SuiteDefinition { Name = "forky", Components = ["main"] };
        var definition = RealDebian.Definition(suite) with { CheckValidUntil = true };
        var index = await new HttpClient().GetStringAsync(definition.Mirror + "/dists/forky/InRelease", Cancellation);
        var until = DateTimeOffset.Parse(index.Split('\n').First(line => line.StartsWith("Valid-Until: ", StringComparison.Ordinal))[13..].Replace("UTC", "GMT", StringComparison.Ordinal), System.Globalization.CultureInfo.InvariantCulture);
        Assert.SkipUnless(until < TimeProvider.System.GetUtcNow(), "the mirror's index is not past its Valid-Until");
        var error = await Assert.ThrowsAsync<BananaException>(() => World.Base().ResolveAsync(definition, suite, ["hostname"], Cancellation));
        Assert.Equal(ExitCode.Untrusted, error.Code);
        Assert.Contains("time of validity", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("trixie")]
    [InlineData("sid")]
    public async Task Other_suites_resolve_by_the_same_code(string name)
    {
        var suite = new SuiteDefinition { Name = name, Components = ["main"] };
        var lockfile = await World.Base().ResolveAsync(RealDebian.Definition(suite), suite, ["hostname"], Cancellation);
        Assert.Equal(name, lockfile.Suite);
        Assert.Contains(lockfile.Packages, package => package is { Name: "hostname", Architecture: "amd64", Size: > 0 });
        Assert.Contains(lockfile.Packages, package => package is { Name: "libc6", Essential: true });
    }

    [Fact]
    public async Task Real_mirror_is_refused_with_a_key_that_did_not_sign_it()
    {
        var definition = RealDebian.Definition(World.Suite) with { Keyring = World.Definition.Keyring };
        var error = await Assert.ThrowsAsync<BananaException>(() => World.Base().ResolveAsync(definition, World.Suite, ["hostname"], Cancellation));
        Assert.Equal(ExitCode.Untrusted, error.Code);
    }

    /// <summary>The plain way: Essential packages are unpacked to have something that runs, then dpkg installs them, then all others.</summary>
    private async Task InstallByDpkgAloneAsync(string tree)
    {
        UnixFile.UseStandardMask();
        Directory.CreateDirectory(Path.Combine(tree, "var/lib/dpkg"));
        new TreeMerger(tree).PrepareMergedUsr();
        var essential = World.Lockfile.Packages.Where(package => package.Essential).ToList();
        foreach (var package in essential.OrderBy(package => package.Name != "base-files"))
        {
            await new ProcessRunner().RunAsync(Command.Of("sh", "-c", "dpkg-deb --fsys-tarfile \"$1\" | tar --extract --keep-directory-symlink --numeric-owner --same-permissions --exclude='./usr/share/doc/*' --exclude='./usr/share/info/*' --exclude='./usr/share/lintian/*' --exclude='./usr/share/locale/*' --exclude='./usr/share/man/*' --directory \"$2\"", "-", World.Pool.PathOf(package.Sha256), tree), Cancellation);
        }

        await File.WriteAllTextAsync(Path.Combine(tree, "var/lib/dpkg/status"), string.Empty, Cancellation);
        await File.WriteAllTextAsync(Path.Combine(tree, "usr/sbin/policy-rc.d"), "#!/bin/sh\nexit 101\n", Cancellation);
        File.SetUnixFileMode(Path.Combine(tree, "usr/sbin/policy-rc.d"), (UnixFileMode)0x1ed);
        var inside = new Sandbox(new ProcessRunner(), tree, writableRoot: true, [new Bind(World.Pool.Root, "/run/pool", Writable: false)])
        {
            Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["DEBIAN_FRONTEND"] = "noninteractive", ["SOURCE_DATE_EPOCH"] = World.Lockfile.Epoch.ToString(), ["PERL_HASH_SEED"] = "0" },
        };

        async Task DpkgAsync(string action, IEnumerable<LockedPackage> packages) =>
            await inside.RunAsync(Command.Of("dpkg", ["--force-depends", "--force-unsafe-io", "--log=/dev/null", .. new PathExcludes([]).DpkgOptions, action, .. packages.Select(package => "/run/pool/" + PackagePool.RelativePath(package.Sha256))]), Cancellation);

        await DpkgAsync("--install", essential.Where(package => FirstOfAll.Contains(package.Name, StringComparer.Ordinal)).OrderBy(package => package.Name != "base-passwd"));
        await DpkgAsync("--install", essential.Where(package => !FirstOfAll.Contains(package.Name, StringComparer.Ordinal)));
        await DpkgAsync("--install", World.Lockfile.Packages.Where(package => !package.Essential));
        File.Delete(Path.Combine(tree, "usr/sbin/policy-rc.d"));
        TreeNormalizer.Normalize(tree, World.Lockfile.Epoch);
    }
}
