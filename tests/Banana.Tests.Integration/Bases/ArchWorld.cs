// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bases;
using Banana.Definition.Model;
using Banana.Foundation.Processes;
using Banana.Tests.Integration.Tools;

namespace Banana.Tests.Integration.Bases;

/// <summary>
/// A small pacman repository on a loopback address, made with makepkg and repo-add and signed by a key of its own:
/// a file layout, shared libraries, a program that is linked with them, and a package with an install script.
/// No mirror of Arch itself can be reached from where these tests were written.
/// </summary>
public sealed class ArchWorld : BaseWorld
{
    // makepkg refuses to be root.
    private static readonly string[] AsNobody = ["--reuid=65534", "--regid=65534", "--clear-groups", "makepkg", "--nodeps", "--noconfirm"];

    private LoopbackServer? server;
    private string otherKeyring = string.Empty;

    internal override IReadOnlyList<string> Steps { get; } = ["databases of rolling", "resolve", "fetch", "install"];

    internal override LockedPackage Victim => Lockfile.Packages.Single(package => package.Name == "greeter");

    internal override BaseDefinition Unreachable => Definition with { Mirror = "http://127.0.0.1:9" };

    internal override BaseDefinition? WronglySigned => Definition with { Keyring = otherKeyring };

    private string Repository => Folder.Combine("mirror", "core", "os", "x86_64");

    internal override string FileOf(LockedPackage package) => Path.Combine(Repository, Path.GetFileName(package.File));

    internal override async Task MakeAsync(CancellationToken cancellation)
    {
        Directory.CreateDirectory(Repository);
        await BuildAsync("base-layout", "arch=(any); license=(CC0-1.0)", """
              mkdir -p "$pkgdir"/{dev,etc,proc,run,sys,tmp,usr/bin,usr/lib,var}
              ln -s usr/bin "$pkgdir/bin"
              ln -s usr/lib "$pkgdir/lib"
              ln -s usr/lib "$pkgdir/lib64"
              printf 'ID=banana-test\nNAME=Test\n' > "$pkgdir/usr/lib/os-release"
              ln -s ../usr/lib/os-release "$pkgdir/etc/os-release"
            """, null, cancellation);
        await BuildAsync("runtime", "arch=(x86_64); license=(LGPL-2.1-or-later); depends=(base-layout)", """
              install -Dm755 -t "$pkgdir/usr/lib" /usr/lib/x86_64-linux-gnu/{libc.so.6,libtinfo.so.6,ld-linux-x86-64.so.2}
            """, null, cancellation);
        await BuildAsync("shell", "arch=(x86_64); license=(GPL-3.0-or-later); depends=(runtime); provides=(sh)", """
              install -Dm755 -t "$pkgdir/usr/bin" /usr/bin/bash
              ln -s bash "$pkgdir/usr/bin/sh"
            """, null, cancellation);
        await BuildAsync("greeter", "arch=(any); license=(MIT); depends=(sh); backup=(etc/greeter.conf)", """
              install -dm755 "$pkgdir/etc" "$pkgdir/usr/bin" "$pkgdir/usr/share/libalpm/hooks"
              printf '[Trigger]\nOperation = Install\nType = Path\nTarget = usr/bin/*\n[Action]\nWhen = PostTransaction\nExec = /usr/bin/sh -c "echo hooked > /etc/hooked"\n' > "$pkgdir/usr/share/libalpm/hooks/50-greeter.hook"
              echo 'greeting=hello' > "$pkgdir/etc/greeter.conf"
              printf '#!/bin/sh\necho hello\n' > "$pkgdir/usr/bin/greeter"
              chmod 4755 "$pkgdir/usr/bin/greeter"
            """, "post_install() {\n  echo \"$1 $(/usr/bin/greeter)\" > /etc/greeted\n}\n", cancellation);
        await BuildAsync("unwanted", "arch=(any)", "  true", null, cancellation);

        var key = await new TestKey(Tools, Folder.Path, "packager").MakeAsync(cancellation);
        otherKeyring = (await new TestKey(Tools, Folder.Path, "other").MakeAsync(cancellation)).Keyring;
        await File.WriteAllTextAsync(Folder.Combine("packager-trusted"), await key.FingerprintAsync(cancellation) + ":4:\n", cancellation);
        var packages = Directory.GetFiles(Repository, "*.pkg.tar.zst").Order(StringComparer.Ordinal).ToList();
        foreach (var package in packages)
        {
            await key.SignAsync(package, cancellation);
        }

        await Tools.WithBinds(new Bind(Folder.Path)).RunAsync(Command.Of("repo-add", [Path.Combine(Repository, "core.db.tar.gz"), .. packages]), cancellation);
        server = new LoopbackServer(Folder.Combine("mirror"));
        Suite = new SuiteDefinition { Name = "rolling", Components = ["core"] };
        Packages = ["base-layout", "greeter"];
        Definition = new BaseDefinition
        {
            Name = "arch",
            Plugin = "arch",
            Architecture = "x86-64",
            Mirror = server.Address,
            Keyring = key.Keyring,
            Suites = new Dictionary<string, SuiteDefinition>(StringComparer.Ordinal) { ["rolling"] = Suite },
        };
    }

    public override async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }

        await base.DisposeAsync();
    }

    private async Task BuildAsync(string name, string fields, string package, string? install, CancellationToken cancellation)
    {
        var folder = Folder.Combine("build", name);
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "PKGBUILD"), $"pkgname={name}; pkgver=1.2; pkgrel=1; options=(!strip)\n{fields}\n{(install is null ? string.Empty : $"install={name}.install\n")}package() {{\n{package}\n}}\n", cancellation);
        if (install is not null)
        {
            await File.WriteAllTextAsync(Path.Combine(folder, name + ".install"), install, cancellation);
        }

        var inside = Tools.WithBinds(new Bind(Folder.Path));
        await inside.RunAsync(Command.Of("chown", "-R", "65534:65534", folder, Repository), cancellation);
        await inside.RunAsync(
            Command.Of("setpriv", AsNobody).With("PKGDEST", Repository).With("PKGEXT", ".pkg.tar.zst").With("SOURCE_DATE_EPOCH", "1793347681").With("PACKAGER", "Test <test@example.org>").With("HOME", "/tmp") with { WorkingDirectory = folder },
            cancellation);
    }
}
