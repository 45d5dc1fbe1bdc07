// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text;
using Banana.Formats.Pe;
using Banana.Formats.Storage;
using Banana.Foundation.Errors;
using Banana.Tests.Shared;

namespace Banana.Tests.Unit.Formats.Pe;

public sealed class PeImageTests
{
    [Fact]
    public void ReadsSectionsWithoutTheirPadding()
    {
        var image = Read(Make((".osrel", "ID=banana\n"), (".cmdline", "rw quiet\0"), (".linux", new string('k', 700)), (".empty", string.Empty)));
        Assert.Equal([".osrel", ".cmdline", ".linux", ".empty"], image.Sections.Select(section => section.Name));
        Assert.Equal("ID=banana\n", image.ReadText(PeImage.OsReleaseSection));
        Assert.Equal("rw quiet", image.ReadText(PeImage.CommandLineSection));
        Assert.Null(image.ReadText(PeImage.KernelReleaseSection));
        using var kernel = image.Open(image.Find(PeImage.KernelSection)!);
        Assert.Equal(700, kernel.Length);
        var content = new byte[700];
        kernel.Read(0, content);
        Assert.True(content.All(value => value == 'k'));
        Assert.Throws<BananaException>(() => kernel.Read(600, content));
    }

    [Fact]
    public void EveryTruncationIsNamed()
    {
        var bytes = Make((".osrel", "ID=banana\n"), (".linux", new string('k', 700)));
        for (var length = 0; length < bytes.Length; length += 13)
        {
            // The padding at the end may be missing.
            if (length < bytes.Length - 512 + (700 % 512))
            {
                var error = Assert.Throws<BananaException>(() => Read(bytes[..length]));
                Assert.Equal(ExitCode.BadInput, error.Code);
                Assert.Contains("uki.efi", error.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void DamageIsReadOrNamed()
    {
        var random = new Random(3);
        var whole = Make((".osrel", "ID=banana\n"), (".cmdline", "rw"), (".linux", new string('k', 700)));
        for (var round = 0; round < 5000; round++)
        {
            var bytes = (byte[])whole.Clone();
            for (var change = random.Next(1, 5); change > 0; change--)
            {
                bytes[random.Next(400)] = (byte)random.Next(256);
            }

            try
            {
                var image = Read(bytes);
                _ = image.ReadText(PeImage.OsReleaseSection);
                foreach (var section in image.Sections)
                {
                    image.Open(section).Dispose();
                }
            }
            catch (BananaException error)
            {
                Assert.Equal(ExitCode.BadInput, error.Code);
            }
        }
    }

    private static PeImage Read(byte[] bytes) => PeImage.Read(ByteSource.FromMemory(bytes, "uki.efi"));

    private static byte[] Make(params (string Name, string Content)[] sections) =>
        PeBytes.Make([.. sections.Select(section => (section.Name, Encoding.ASCII.GetBytes(section.Content)))]);
}
