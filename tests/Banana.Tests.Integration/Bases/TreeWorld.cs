// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bases;
using Banana.Definition.Model;
using Banana.Foundation.Files;
using Banana.Foundation.Processes;
using Banana.Tests.Integration.Tools;

namespace Banana.Tests.Integration.Bases;

/// <summary>A tarball with what a copy can lose: owners, set-user-id, hard links, links, times, extended attributes.</summary>
public sealed class TreeWorld : BaseWorld
{
    internal override IReadOnlyList<string> Steps { get; } = ["read the tree", "fetch", "unpack"];

    internal override BaseDefinition Unreachable => Definition with { Source = Folder.Combine("nowhere.tar.zst") };

    internal override BaseDefinition? WronglySigned => null;

    internal string Original => Folder.Combine("original");

    internal override string FileOf(LockedPackage package) => Definition.Source!;

    internal override async Task MakeAsync(CancellationToken cancellation)
    {
        MakeTree();
        var inside = Tools.WithBinds(new Bind(Folder.Path));
        await inside.RunAsync(Command.Of("tar", "--create", "--zstd", "--xattrs", "--xattrs-include=*", $"--file={Folder.Combine("tree.tar.zst")}", $"--directory={Original}", "."), cancellation);
        Suite = new SuiteDefinition { Name = "prebuilt", Components = [] };
        Definition = new BaseDefinition
        {
            Name = "tree",
            Plugin = "tree",
            Architecture = "x86-64",
            Source = Folder.Combine("tree.tar.zst"),
            Suites = new Dictionary<string, SuiteDefinition>(StringComparer.Ordinal) { ["prebuilt"] = Suite },
        };
    }

    private void MakeTree()
    {
        void Write(string path, string text, uint owner = 0, int mode = 0x1a4)
        {
            path = Path.Combine(Original, path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
            UnixFile.SetOwner(path, owner, owner);
            File.SetUnixFileMode(path, (UnixFileMode)mode);
        }

        Write("usr/lib/os-release", "ID=kde-linux\nIMAGE_VERSION=202611210000\n");
        Write("usr/bin/sudo", "program", mode: 0x9ed);
        Write("usr/bin/ping", "program with a capability");
        Write("var/lib/thing/data", "owned", owner: 123);
        UnixFile.HardLink(Path.Combine(Original, "usr/bin/sudo"), Path.Combine(Original, "usr/bin/sudoedit"));
        Directory.CreateDirectory(Path.Combine(Original, "etc"));
        File.CreateSymbolicLink(Path.Combine(Original, "etc/os-release"), "../usr/lib/os-release");
        Posix.SetXattr(Path.Combine(Original, "usr/bin/ping"), "security.capability", Convert.FromHexString("0100000200200000000000000000000000000000"));
        Posix.SetXattr(Path.Combine(Original, "usr/lib/os-release"), "user.note", "hello"u8.ToArray());
        foreach (var path in Directory.EnumerateFileSystemEntries(Original, "*", SearchOption.AllDirectories).OrderByDescending(path => path.Length))
        {
            Posix.SetTime(path, 1_700_000_000 + path.Length, 0);
        }
    }
}
