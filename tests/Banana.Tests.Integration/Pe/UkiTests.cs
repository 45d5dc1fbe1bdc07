// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Formats.Pe;
using Banana.Formats.Storage;
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

    private static byte[] Content(PeImage image, string name)
    {
        using var section = image.Open(image.Find(name)!);
        var content = new byte[section.Length];
        section.Read(0, content);
        return content;
    }
}
