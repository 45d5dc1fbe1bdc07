// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Forge.Initrd;
using Banana.Forge.Trees;
using Banana.Foundation.Errors;

namespace Banana.Tests.Unit.Forge;

public sealed class InitrdContentTests
{
    [Fact]
    public void A_program_names_its_loader_and_its_libraries()
    {
        var elf = ElfFile.Read("/usr/bin/env");

        Assert.NotNull(elf);
        Assert.Contains("ld-linux", elf.Interpreter!, StringComparison.Ordinal);
        Assert.Contains(elf.Needed, name => name.StartsWith("libc.so", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("#!/bin/sh\n")]
    [InlineData("\u007fELF\u0002\u0001 and then nothing that makes sense, for long enough to fill a header of 64 bytes")]
    public void What_is_no_program_is_read_without_harm(string content)
    {
        using var folder = new TemporaryFolder();
        folder.With("file", content);

        var elf = ElfFile.Read(folder["file"]);

        Assert.Empty(elf?.Needed ?? []);
    }

    [Fact]
    public void The_note_of_opened_libraries_is_read_by_priority()
    {
        var note = """[{"feature":"a","priority":"required","soname":["liba.so.2","liba.so.1"]},{"feature":"b","priority":"suggested","soname":["libb.so"]}]"""u8.ToArray();

        var libraries = OpenedLibrary.Parse(note);

        Assert.Equal(["liba.so.2", "liba.so.1"], libraries[0].Names);
        Assert.True(libraries[0].Needed);
        Assert.False(libraries[1].Needed);
        Assert.Empty(OpenedLibrary.Parse("not json"u8.ToArray()));
    }

    [Fact]
    public void Libraries_are_found_by_name_in_the_tree_with_those_they_need()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["usr/bin"]);
        Directory.CreateDirectory(folder["usr/lib64"]);
        Directory.CreateDirectory(folder["usr/lib/x86_64-linux-gnu"]);
        File.Copy("/usr/bin/env", folder["usr/bin/env"]);
        var loader = ElfFile.Read("/usr/bin/env")!.Interpreter!;
        File.Copy(loader, folder["usr" + loader]);
        var resolver = new LibraryResolver(new StagedTree(folder.Path));

        var missing = Assert.Throws<BananaException>(() => resolver.Closure(["/usr/bin/env"]));
        Assert.StartsWith("/usr/bin/env: needs the library libc.so.6", missing.Message, StringComparison.Ordinal);

        folder.With("usr/lib/x86_64-linux-gnu/libc.so.6", string.Empty);
        Assert.Equal(["/usr" + loader, "/usr/lib/x86_64-linux-gnu/libc.so.6"], resolver.Closure(["/usr/bin/env"]).Order(StringComparer.Ordinal).Reverse().OrderByDescending(path => path.Contains("lib64", StringComparison.Ordinal)));
    }

    [Fact]
    public void Modules_come_with_what_they_depend_on_and_built_in_ones_need_nothing()
    {
        using var folder = new TemporaryFolder();
        folder.With("modules.dep", "kernel/fs/btrfs/btrfs.ko.xz: kernel/lib/xor.ko.xz kernel/lib/raid6_pq.ko.xz\nkernel/lib/xor.ko.xz:\nkernel/lib/raid6_pq.ko.xz:\nkernel/crypto/crc32c-generic.ko.xz:\n")
            .With("modules.builtin", "kernel/fs/ext4/ext4.ko\n")
            .With("modules.softdep", "# Soft dependencies\nsoftdep btrfs pre: crc32c-generic\n");
        var resolver = new ModuleResolver(folder.Path);

        Assert.Equal(
            ["kernel/crypto/crc32c-generic.ko.xz", "kernel/fs/btrfs/btrfs.ko.xz", "kernel/lib/raid6_pq.ko.xz", "kernel/lib/xor.ko.xz"],
            resolver.Closure(["btrfs", "ext4"], ["nothing-like-it"]));
        var missing = Assert.Throws<BananaException>(() => resolver.Closure(["nothing-like-it"], []));
        Assert.Contains("'nothing-like-it'", missing.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.BadInput, missing.Code);
    }
}
