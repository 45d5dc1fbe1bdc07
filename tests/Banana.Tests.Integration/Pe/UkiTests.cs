// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Forge.Images;
using Banana.Forge.Initrd;
using Banana.Forge.Trees;
using Banana.Formats.Pe;
using Banana.Formats.Storage;
using Banana.Foundation.Processes;
using Banana.Tests.Integration.Tools;

namespace Banana.Tests.Integration.Pe;

/// <summary>A unified kernel image made by ukify.</summary>
public sealed class UkiTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ReadsTheSectionsThatUkifyWrote()
    {
        using var folder = new TemporaryFolder();
        var kernel = folder.Combine("kernel");
        var initrd = folder.Combine("initrd");

        // Any PE file will do for a kernel that nobody boots.
        File.Copy(Path.Combine((await WorkbenchTools.WorkbenchAsync()).Root, "usr/lib/systemd/boot/efi/systemd-bootx64.efi"), kernel);
        await File.WriteAllTextAsync(initrd, new string('i', 5001), Cancellation);
        await File.WriteAllTextAsync(folder.Combine("os-release"), "ID=banana\nIMAGE_VERSION=20261121.1\n", Cancellation);
        var uki = folder.Combine("uki.efi");
        await WorkbenchTools.RunAsync(folder.Path, "ukify", ["build", $"--linux={kernel}", $"--initrd={initrd}", "--cmdline=usrhash=abc rw", $"--os-release=@{folder.Combine("os-release")}", "--uname=7.2.12-banana", $"--output={uki}"], Cancellation);

        using var source = ByteSource.OpenFile(uki);
        var image = PeImage.Read(source);
        Assert.Equal("usrhash=abc rw", image.ReadText(PeImage.CommandLineSection));
        Assert.Equal("7.2.12-banana", image.ReadText(PeImage.KernelReleaseSection));
        Assert.Equal("ID=banana\nIMAGE_VERSION=20261121.1\n", image.ReadText(PeImage.OsReleaseSection));
        Assert.Equal(await File.ReadAllBytesAsync(kernel, Cancellation), Content(image, PeImage.KernelSection));
        Assert.Equal(await File.ReadAllBytesAsync(initrd, Cancellation), Content(image, PeImage.InitrdSection));
        Assert.Null(image.Find(".nothing"));
    }

    [Fact]
    public async Task Microcode_gets_a_section_of_its_own_also_where_a_base_packs_it()
    {
        using var tree = new TemporaryFolder();
        using var work = new TemporaryFolder();
        var workbench = (await WorkbenchTools.WorkbenchAsync()).Enter();
        var place = Directory.CreateDirectory(tree.Combine("usr/lib/firmware/amd-ucode")).FullName;

        // A container without patches: the table of processors only.
        byte[] container = [0x44, 0x4d, 0x41, 0, 0, 0, 0, 0, 16, 0, 0, 0, .. Enumerable.Range(0, 16).Select(i => (byte)i)];
        await File.WriteAllBytesAsync(Path.Combine(place, "microcode_amd.bin"), container, Cancellation);
        await File.WriteAllBytesAsync(Path.Combine(place, "microcode_amd_fam19h.bin"), container, Cancellation);
        await WorkbenchTools.RunAsync(tree.Path, "zstd", ["--quiet", "--rm", Path.Combine(place, "microcode_amd_fam19h.bin")], Cancellation);
        var microcode = await new MicrocodeBuilder(workbench).MakeAsync(new StagedTree(tree.Path), 1_700_000_000, work.Path, Cancellation);

        var efi = Path.Combine(workbench.Root, "usr/lib/systemd/boot/efi");
        await File.WriteAllTextAsync(work.Combine("initrd"), new string('i', 5001), Cancellation);
        var tools = new ImageTools(workbench, work.Path, new SeededGuid("microcode"), 1_700_000_000);
        var parts = new UkiParts(Path.Combine(efi, "systemd-bootx64.efi"), "7.2.12-banana", work.Combine("initrd"), microcode, Path.Combine(efi, "linuxx64.efi.stub"), "ID=banana\n", "rw");
        await tools.UkiAsync("uki.efi", parts, Cancellation);
        await tools.UkiAsync("without.efi", parts with { Microcode = null }, Cancellation);

        using var source = ByteSource.OpenFile(work.Combine("uki.efi"));
        var image = PeImage.Read(source);
        Assert.Equal(await File.ReadAllBytesAsync(microcode, Cancellation), Content(image, PeImage.MicrocodeSection));
        Assert.Equal(5001, image.Find(PeImage.InitrdSection)!.Size);
        using var without = ByteSource.OpenFile(work.Combine("without.efi"));
        Assert.Null(PeImage.Read(without).Find(PeImage.MicrocodeSection));

        Directory.CreateDirectory(work.Combine("out"));

        // What another reader of the archive finds in it.
        await workbench.WithBinds(new Bind(work.Path)).RunAsync(Command.Of("cpio", "--quiet", "--extract", "--make-directories", "--directory", work.Combine("out"), "--file", microcode), Cancellation);
        byte[] twice = [.. container, .. container];
        Assert.Equal(twice, await File.ReadAllBytesAsync(work.Combine("out/kernel/x86/microcode/AuthenticAMD.bin"), Cancellation));
    }

    private static byte[] Content(PeImage image, string name)
    {
        using var section = image.Open(image.Find(name)!);
        var content = new byte[section.Length];
        section.Read(0, content);
        return content;
    }
}
