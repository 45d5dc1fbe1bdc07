// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Cli.Vm;
using Banana.Foundation.Errors;
using Banana.Formats.Release;

namespace Banana.Tests.Unit.Cli;

public sealed class BootSourceTests : IDisposable
{
    private readonly TemporaryFolder outputs = new();

    public void Dispose() => outputs.Dispose();

    [Fact]
    public void A_release_is_found_by_its_folder_its_edition_its_version_and_as_the_newest()
    {
        ReleaseSample.Write(outputs, "core/20261030.1", "20261030.1");
        ReleaseSample.Write(outputs, "core/20261029.7", "20261029.7");
        ReleaseSample.Write(outputs, "core/.20261031.1.partial", "20261031.1");
        File.SetLastWriteTimeUtc(outputs["core/20261029.7/manifest.json"], DateTime.UnixEpoch);
        foreach (var name in new[] { outputs["core/20261030.1"], "core/20261030.1", "20261030.1", "core", null })
        {
            Assert.Equal("banana core 20261030.1", BootSource.Find(name, outputs.Path).Name);
        }

        Assert.Equal(outputs["core/20261029.7/disk.raw"], BootSource.Find("20261029.7", outputs.Path).Disk);
    }

    [Fact]
    public void A_disk_image_needs_no_release()
    {
        File.WriteAllBytes(outputs["a.img"], ReleaseSample.Disk());
        outputs.With("b.qcow2", "QFI\u00fb");
        File.WriteAllBytes(outputs["b.qcow2"], [(byte)'Q', (byte)'F', (byte)'I', 0xfb, 0, 0, 0, 3]);
        Assert.Null(BootSource.Find(outputs["a.img"], outputs.Path).Release);
        Assert.Equal("b.qcow2", BootSource.Find(outputs["b.qcow2"], outputs.Path).Name);
    }

    [Fact]
    public void What_is_not_there_is_named_with_what_is()
    {
        ReleaseSample.Write(outputs, "core/20261030.1", "20261030.1");
        Refused("plasma", "there is no release or disk image 'plasma'; there are: core/20261030.1");
    }

    [Fact]
    public void Nothing_built_yet_is_said_so()
    {
        Refused(null, "nothing was built yet");
        Assert.Contains("banana build", Assert.Throws<BananaException>(() => BootSource.Find(null, outputs["missing"])).Message);
    }

    [Theory]
    [InlineData("text", "is not a disk image")]
    [InlineData("", "is not a disk image")]
    public void A_file_that_is_no_disk_is_refused(string content, string why)
    {
        outputs.With("x", content);
        Refused(outputs["x"], why);
    }

    [Fact]
    public void A_disk_that_is_cut_short_is_refused()
    {
        File.WriteAllBytes(outputs["x"], ReleaseSample.Disk()[..^1]);
        Refused(outputs["x"], "is cut short");
    }

    [Fact]
    public void A_folder_without_a_release_and_a_release_without_a_disk_are_refused()
    {
        Directory.CreateDirectory(outputs["empty"]);
        Refused(outputs["empty"], "there is no release in it");
        var manifest = ReleaseSample.Write(outputs, "r", "20261030.1");
        File.WriteAllBytes(outputs["r/manifest.json"], (manifest with { Parts = [] }).ToJson());
        Refused(outputs["r"], "no part of the role 'disk'");
        ReleaseSample.Write(outputs, "damaged", "20261030.2");
        outputs.With("damaged/manifest.json", "{");
        Refused(outputs["damaged"], "manifest.json");
    }

    private void Refused(string? name, string why)
    {
        var error = Assert.Throws<BananaException>(() => BootSource.Find(name, outputs.Path));
        Assert.Equal(ExitCode.BadInput, error.Code);
        Assert.Contains(why, error.Message);
    }
}
