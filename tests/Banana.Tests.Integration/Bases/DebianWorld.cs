// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text;
using Banana.Bases;
using Banana.Definition.Model;
using Banana.Foundation.Files;
using Banana.Foundation.Hashing;
using Banana.Foundation.Processes;
using Banana.Tests.Integration.Tools;

namespace Banana.Tests.Integration.Bases;

/// <summary>
/// A small Debian mirror on a loopback address, signed by a key of its own: what is Essential in forky, and a few packages
/// with the things that make installing hard (preinst scripts, diversions, configuration files, triggers).
/// </summary>
public class DebianWorld : BaseWorld
{
    private LoopbackServer? server;
    private string otherKeyring = string.Empty;

    internal override IReadOnlyList<string> Steps { get; } = ["index of forky", "resolve", "fetch", "unpack", "configure"];

    internal override LockedPackage Victim => Lockfile.Packages.Single(package => package.Name == "less");

    internal override BaseDefinition Unreachable => Definition with { Mirror = "http://127.0.0.1:9/debian" };

    internal override BaseDefinition? WronglySigned => Definition with { Keyring = otherKeyring };

    private string Mirror => Folder.Combine("mirror");

    internal override string FileOf(LockedPackage package) => Path.Combine(Mirror, package.File);

    internal override async Task MakeAsync(CancellationToken cancellation)
    {
        Suite = new SuiteDefinition { Name = "forky", Components = ["main"] };
        Packages = ["e2fsprogs", "hostname", "less", "libglib2.0-0t64"];
        var real = RealDebian.Definition(Suite);
        var context = TestMachine.Context(Tools, TestMachine.Pool);
        var source = BasePlugins.Create("debian", context);
        var lockfile = await source.ResolveAsync(real, Suite, Packages, cancellation);
        await source.FetchAsync(real, lockfile, cancellation);

        var key = await new TestKey(Tools, Folder.Path, "mirror").MakeAsync(cancellation);
        otherKeyring = (await new TestKey(Tools, Folder.Path, "other").MakeAsync(cancellation)).Keyring;
        await WriteIndexAsync(lockfile, key, cancellation);
        server = new LoopbackServer(Mirror);
        Definition = real with { Mirror = server.Address, Keyring = key.Keyring, CheckValidUntil = true };
    }

    public override async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }

        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private async Task WriteIndexAsync(Lockfile lockfile, TestKey key, CancellationToken cancellation)
    {
        var packages = new StringBuilder();
        foreach (var package in lockfile.Packages)
        {
            var file = FileOf(package);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.Copy(TestMachine.Pool.PathOf(package.Sha256), file);
            var control = await new ProcessRunner().RunAsync(Command.Of("dpkg-deb", "--field", file), cancellation);
            packages.Append(control.Output.TrimEnd()).Append($"\nFilename: {package.File}\nSize: {package.Size}\nSHA256: {package.Sha256}\n\n");
        }

        var release = Path.Combine(Mirror, "dists/forky");
        var text = packages.ToString();
        await AtomicFile.WriteAsync(Path.Combine(release, "main/binary-amd64/Packages"), text, cancellation);
        await File.WriteAllTextAsync(
            Path.Combine(release, "Release"),
            $"""
            Origin: Test
            Suite: forky
            Codename: forky
            Date: Fri, 30 Oct 2026 08:08:01 UTC
            Architectures: amd64
            Components: main
            SHA256:
             {Sha256Digest.Of(text)} {Encoding.UTF8.GetByteCount(text)} main/binary-amd64/Packages

            """,
            cancellation);
        await key.ClearSignAsync(Path.Combine(release, "Release"), Path.Combine(release, "InRelease"), cancellation);
        File.Delete(Path.Combine(release, "Release"));
    }
}

/// <summary>The mirror that the definition of this checkout names.</summary>
internal static class RealDebian
{
    public static BaseDefinition Definition(SuiteDefinition suite) => new()
    {
        Name = "debian",
        Plugin = "debian",
        Architecture = "x86-64",
        Mirror = Environment.GetEnvironmentVariable("BANANA_TEST_MIRROR") ?? "http://deb.debian.org/debian",
        Keyring = Path.Combine(TestMachine.Home, "os/keys/debian-archive-keyring.gpg"),
        CheckValidUntil = false,
        AssumeProvided = ["linux-initramfs-tool"],
        Suites = new Dictionary<string, SuiteDefinition>(StringComparer.Ordinal) { [suite.Name] = suite },
    };
}
