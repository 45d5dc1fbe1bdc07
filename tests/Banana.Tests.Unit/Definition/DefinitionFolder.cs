// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Definition;
using Banana.Foundation.Errors;

namespace Banana.Tests.Unit.Definition;

/// <summary>A small definition that is good, in a folder of its own, for tests to break one thing in.</summary>
internal sealed class DefinitionFolder : IDisposable
{
    public DefinitionFolder()
    {
        Write("banana.yaml", """
            format: 1
            identity:
              id: banana
              name: Banana
              default-hostname: banana
            """);
        Write("bases/debian.yaml", """
            plugin: debian
            architecture: x86-64
            mirror: http://deb.debian.org/debian/
            keyring: keys/debian.gpg
            suites:
              forky: { components: [main, non-free] }
              sid: { components: [main] }
            """);
        Write("bases/arch.yaml", """
            plugin: arch
            architecture: x86-64
            mirror: https://geo.mirror.pkgbuild.com
            suites:
              rolling: { components: [core] }
            """);
        Write("keys/debian.gpg", "keys");
        Write("packages/kernel.yaml", """
            summary: The kernel
            packages:
              debian: [linux-image-amd64]
              arch: [linux]
            """);
        Write("packages/system.yaml", """
            summary: The system
            includes: [kernel]
            packages:
              debian: [systemd, dbus]
            """);
        Write("partitions/10-esp.conf", "[Partition]");
        Write("overlay/core/file", "x");
        Write("overlay/initrd/file", "x");
        Write("initrd.yaml", """
            files: [/usr/lib/systemd/systemd]
            modules: [erofs]
            overlay: overlay/initrd
            """);
        Write("editions/core.yaml", """
            title: Core
            base: debian
            suite: forky
            sets: [system]
            units:
              enable: [a.service, b.service]
            overlays: [overlay/core]
            command-line: [rw]
            partitions: partitions
            initrd: initrd.yaml
            image: { compressor: "zstd,3", cluster-size: 65536 }
            """);
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("banana-definition-").FullName;

    public void Write(string file, string text)
    {
        var path = Path.Combine(Root, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    /// <summary>Replaces a text of a file that must be there.</summary>
    public void Change(string file, string from, string to)
    {
        var text = File.ReadAllText(Path.Combine(Root, file));
        Assert.Contains(from, text, StringComparison.Ordinal);
        Write(file, text.Replace(from, to, StringComparison.Ordinal));
    }

    public BananaException LoadFails() => Assert.Throws<BananaException>(() => DefinitionLoader.Load(Root));

    public BananaException ResolveFails(string edition)
    {
        var os = DefinitionLoader.Load(Root);
        return Assert.Throws<BananaException>(() => EditionResolver.Resolve(os, edition));
    }

    /// <summary>Asserts that an error is one line that begins with a place and says something.</summary>
    public void AssertRefused(BananaException error, string place, string says)
    {
        Assert.Equal(ExitCode.BadInput, error.Code);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Equal($"{Root}/{place}: {says}", error.Message);
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
