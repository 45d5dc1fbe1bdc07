// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Formats.Patches;
using Banana.Formats.Patches.Applying;
using Banana.Foundation.Errors;

namespace Banana.Tests.Unit.Formats.Patches;

/// <summary>Patches between small images, and what is refused.</summary>
public sealed class PatchTests
{
    [Theory]
    [InlineData("plain.erofs", "indexes.erofs")]
    [InlineData("indexes.erofs", "plain.erofs")]
    [InlineData("zstd.erofs", "lz4.erofs")]
    [InlineData("lz4.erofs", "fragments.erofs")]
    [InlineData("chunks.erofs", "chunks.erofs")]
    [InlineData("metabox.erofs", "wide.erofs")]
    public void The_new_image_comes_out_bit_for_bit(string from, string to)
    {
        var (old, target) = (PatchSamples.Image(from), PatchSamples.Image(to));
        Assert.Equal(target, PatchSamples.Apply(old, PatchSamples.Make(old, target)));
    }

    [Fact]
    public void The_same_images_give_the_same_patch_however_many_work_on_it()
    {
        var (old, target) = (PatchSamples.Image("plain.erofs"), PatchSamples.Image("indexes.erofs"));
        Assert.Equal(PatchSamples.Make(old, target, workers: 1), PatchSamples.Make(old, target, workers: 3));
    }

    [Fact]
    public void An_unchanged_image_is_copied_by_a_patch_of_a_few_bytes()
    {
        var image = PatchSamples.Image("plain.erofs");
        Assert.InRange(PatchSamples.Make(image, image).Length, 100, 250);
    }

    [Fact]
    public void A_run_that_goes_on_behind_some_groups_ends_the_same()
    {
        var (old, target) = (PatchSamples.Image("plain.erofs"), PatchSamples.Image("indexes.erofs"));
        var patch = PatchSamples.Make(old, target);
        using var source = PatchSamples.Open(old, "old");
        using var input = new MemoryStream(patch);
        var header = PatchHeader.Read(input, "test.patch");
        using var output = new MemoryStream();
        using (var first = new PatchApplier(source, header, input, "test.patch", PatchSamples.Libraries))
        {
            Assert.True(first.ApplyNext(output, TestContext.Current.CancellationToken));
            Assert.Equal(output.Length, first.Written);
        }

        using var rest = new MemoryStream(patch[(int)input.Position..]);
        using var second = new PatchApplier(source, header, rest, "test.patch", PatchSamples.Libraries, output.Length);
        second.Apply(output, TestContext.Current.CancellationToken);
        Assert.Equal(target, output.ToArray());
    }

    [Fact]
    public void A_modified_old_image_does_not_give_what_the_patch_promises()
    {
        var (old, target) = (PatchSamples.Image("plain.erofs"), PatchSamples.Image("indexes.erofs"));
        var patch = PatchSamples.Make(old, target);
        for (var place = 0; place < old.Length; place += 1111)
        {
            var modified = (byte[])old.Clone();
            modified[place] ^= 0x40;
            try
            {
                var result = PatchSamples.Apply(modified, patch);
                Assert.Equal(result.AsSpan().SequenceEqual(target), PatchSamples.IsRight(patch, result));
            }
            catch (BananaException error)
            {
                Assert.Equal(ExitCode.BadInput, error.Code);
            }
        }
    }

    [Fact]
    public void A_patch_for_a_larger_image_is_refused_before_anything_is_written()
    {
        var patch = PatchSamples.Make(PatchSamples.Image("indexes.erofs"), PatchSamples.Image("plain.erofs"));
        var error = Assert.Throws<BananaException>(() => PatchSamples.Apply(PatchSamples.Image("metabox.erofs"), patch));
        Assert.Contains("the patch is for an image of", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_version_of_a_compressor_is_named_and_leads_to_another_way()
    {
        var (old, target) = (PatchSamples.Image("plain.erofs"), PatchSamples.Image("indexes.erofs"));
        using var source = PatchSamples.Open(old, "old");
        using var input = new MemoryStream(PatchSamples.Make(old, target));
        var header = PatchHeader.Read(input, "test.patch");
        var other = header with { Codecs = [header.Codecs[0] with { LibraryVersion = 10300 }] };
        var error = Assert.Throws<BananaException>(() => new PatchApplier(source, other, input, "test.patch", PatchSamples.Libraries));
        Assert.Equal(ExitCode.MissingTool, error.Code);
        Assert.Contains("Zstd 10300", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_newer_format_is_called_newer()
    {
        var patch = PatchSamples.Make(PatchSamples.Image("plain.erofs"), PatchSamples.Image("indexes.erofs"));
        patch[8] = 2;
        Assert.Equal(ExitCode.NewerFormat, Assert.Throws<BananaException>(() => PatchSamples.Apply(PatchSamples.Image("plain.erofs"), patch)).Code);
    }

    [Fact]
    public void What_is_no_patch_or_ends_early_is_refused()
    {
        var old = PatchSamples.Image("plain.erofs");
        var patch = PatchSamples.Make(old, PatchSamples.Image("indexes.erofs"));
        Assert.Contains("this is no patch", Assert.Throws<BananaException>(() => PatchSamples.Apply(old, [])).Message, StringComparison.Ordinal);
        for (var length = 0; length < patch.Length; length += Math.Max(1, patch.Length / 97))
        {
            Assert.Equal(ExitCode.BadInput, Assert.Throws<BananaException>(() => PatchSamples.Apply(old, patch[..length])).Code);
        }

        Assert.Throws<BananaException>(() => PatchSamples.Apply(old, [.. patch, 0]));
    }
}
