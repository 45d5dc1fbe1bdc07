// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Globalization;
using System.Text;
using Banana.Forge.Initrd;
using Banana.Forge.Trees;
using Banana.Foundation.Errors;
using Banana.Foundation.Processes;

namespace Banana.Tests.Unit.Forge;

/// <summary>The archive that the kernel reads microcode from before anything else.</summary>
public sealed class MicrocodeTests
{
    private const string Intel = "usr/lib/firmware/intel-ucode/";
    private const string Amd = "usr/lib/firmware/amd-ucode/";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_kernel_finds_the_microcode_of_both_vendors_whole_and_where_a_processor_takes_it_from()
    {
        using var tree = new TemporaryFolder();
        var (first, second, third) = (MicrocodeSamples.Intel(0x906ea), MicrocodeSamples.Intel(0x50654, size: 4096), MicrocodeSamples.Intel(0xb06a2));

        // As Debian has them: several updates in a file, the same one in two files, and some that the late loader must not find.
        Put(tree, Intel + "06-9e-0a.initramfs", first);
        Put(tree, Intel + "06-55-04", [.. second, .. third]);
        Put(tree, Intel + "06-ba-02", third);
        Put(tree, Intel + "list", "no microcode"u8.ToArray());
        var (old, young) = (MicrocodeSamples.Amd(0x17), MicrocodeSamples.Amd(0x19));
        Put(tree, Amd + "microcode_amd_fam19h.bin", young);
        Put(tree, Amd + "microcode_amd.bin", old);
        Put(tree, Amd + "microcode_amd.bin.asc", "a signature"u8.ToArray());

        var archive = await MakeAsync(tree);

        var intel = FindAsTheKernelDoes(archive, "kernel/x86/microcode/GenuineIntel.bin");
        byte[] expected = [.. second, .. third, .. first];
        Assert.Equal(expected, archive[intel]);
        var amd = FindAsTheKernelDoes(archive, "kernel/x86/microcode/AuthenticAMD.bin");
        byte[] containers = [.. old, .. young];
        Assert.Equal(containers, archive[amd]);
        Assert.Equal((0, 0), (intel.Start.Value % 16, amd.Start.Value % 16));
        Assert.Equal(0, archive.Length % 4);
        Assert.True(archive.AsSpan().StartsWith("070701"u8), "the archive is not plain");
    }

    [Fact]
    public async Task A_tree_with_one_vendor_has_the_file_of_that_vendor_only()
    {
        using var tree = new TemporaryFolder();
        Put(tree, Amd + "microcode_amd.bin", MicrocodeSamples.Amd(1));

        var archive = await MakeAsync(tree);

        Assert.Equal(MicrocodeSamples.Amd(1), archive[FindAsTheKernelDoes(archive, "kernel/x86/microcode/AuthenticAMD.bin")]);
        Assert.DoesNotContain("GenuineIntel", Encoding.ASCII.GetString(archive), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_files_give_the_same_bytes()
    {
        using var one = new TemporaryFolder();
        using var two = new TemporaryFolder();
        Put(one, Intel + "06-55-04", MicrocodeSamples.Intel(1));
        Put(one, Intel + "06-9e-0a", MicrocodeSamples.Intel(2));
        Put(two, Intel + "06-9e-0a", MicrocodeSamples.Intel(2));
        Put(two, Intel + "06-55-04", MicrocodeSamples.Intel(1));
        File.SetLastWriteTimeUtc(two[Intel + "06-55-04"], new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc));

        Assert.Equal(await MakeAsync(one), await MakeAsync(two));
    }

    [Fact]
    public void A_tree_without_microcode_has_no_archive()
    {
        using var tree = new TemporaryFolder();
        tree.With(Intel + "list", string.Empty).With("usr/lib/firmware/iwlwifi-cc-a0-77.ucode", "for a radio");
        Assert.False(MicrocodeBuilder.IsIn(new StagedTree(tree.Path)));
        tree.With(Amd + "microcode_amd.bin.zst", string.Empty);
        Assert.True(MicrocodeBuilder.IsIn(new StagedTree(tree.Path)));
    }

    [Fact]
    public void What_the_kernel_would_stop_at_refuses_the_build()
    {
        var whole = MicrocodeSamples.Intel(1);
        var changed = whole.ToArray();
        changed[100] ^= 1;
        var longer = whole.ToArray();
        MicrocodeSamples.Put(longer, 28, 4000, 4048);
        Refuses("the microcode is damaged: an update's sum is wrong", () => MicrocodeFiles.JoinIntel([("f", changed)]));
        Refuses("the microcode is cut off", () => MicrocodeFiles.JoinIntel([("f", whole[..2000])]));
        Refuses("the microcode is cut off", () => MicrocodeFiles.JoinIntel([("f", longer)]));
        Refuses("this is no microcode of Intel", () => MicrocodeFiles.JoinIntel([("f", [.. whole, 0, 0])]));

        var container = MicrocodeSamples.Amd(3);
        var kind = container.ToArray();
        MicrocodeSamples.Put(kind, 44, 9);
        Refuses("this is no microcode of AMD", () => MicrocodeFiles.JoinAmd([("f", whole)]));
        Refuses("the microcode is damaged", () => MicrocodeFiles.JoinAmd([("f", container[..^1])]));
        Refuses("the microcode is damaged", () => MicrocodeFiles.JoinAmd([("f", kind)]));
    }

    [Fact]
    public void An_old_update_that_leaves_its_sizes_at_zero_has_2048_bytes()
    {
        var update = MicrocodeSamples.Intel(0x6f2);
        var checksum = BitConverter.ToUInt32(update, 16);
        MicrocodeSamples.Put(update, 16, unchecked(checksum + 2000 + 2048));
        MicrocodeSamples.Put(update, 28, 0, 0);
        byte[] two = [.. update, .. MicrocodeSamples.Intel(5)];
        Assert.Equal(two, MicrocodeFiles.JoinIntel([("f", two)]));
    }

    private static void Refuses(string says, Func<byte[]> join)
    {
        var error = Assert.Throws<BananaException>(() => join());
        Assert.Equal(ExitCode.BadInput, error.Code);
        Assert.StartsWith("f: " + says, error.Message, StringComparison.Ordinal);
    }

    private static void Put(TemporaryFolder tree, string name, byte[] content)
    {
        tree.With(name, string.Empty);
        File.WriteAllBytes(tree[name], content);
    }

    private static async Task<byte[]> MakeAsync(TemporaryFolder tree)
    {
        using var work = new TemporaryFolder();
        var path = await new MicrocodeBuilder(new Sandbox(new ProcessRunner(), "/", writableRoot: false, [])).MakeAsync(new StagedTree(tree.Path), 1_700_000_000, work.Path, Token);
        Assert.Equal([path], Directory.GetFileSystemEntries(work.Path));
        return await File.ReadAllBytesAsync(path, Token);
    }

    // What the kernel does before it can unpack anything: find_cpio_data() in lib/earlycpio.c, with its limits.
    private static Range FindAsTheKernelDoes(byte[] archive, string path)
    {
        const int LongestRest = 18; // MAX_CPIO_FILE_NAME: of what comes behind the path that was looked for
        for (var at = 0; at + 110 <= archive.Length;)
        {
            if (archive[at] == 0)
            {
                at += 4;
                continue;
            }

            Assert.Equal("070701", Encoding.ASCII.GetString(archive, at, 6));
            int Field(int index) => int.Parse(Encoding.ASCII.GetString(archive, at + 6 + (8 * index), 8), NumberStyles.AllowHexSpecifier);
            var (mode, size, nameSize) = (Field(1), Field(6), Field(11));
            var content = Aligned(at + 110 + nameSize);
            var next = Aligned(content + size);
            Assert.True(next <= archive.Length, "an entry goes beyond the end");
            var name = archive.AsSpan(at + 110, nameSize);
            if ((mode & 0xf000) == 0x8000 && name.StartsWith(Encoding.ASCII.GetBytes(path)))
            {
                Assert.True(nameSize - path.Length < LongestRest && name[path.Length..].IndexOfAnyExcept((byte)0) < 0, "the name is not taken");
                return content..(content + size);
            }

            at = next;
        }

        throw new InvalidOperationException($"the kernel would not find {path}");
    }

    private static int Aligned(int at) => (at + 3) / 4 * 4;
}
