// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Formats.Fat;
using Banana.Formats.Storage;
using Banana.Foundation.Processes;
using Banana.Tests.Integration.Tools;

namespace Banana.Tests.Integration.Fat;

/// <summary>The reader of FAT beside mkfs.vfat, mtools and fsck.vfat: the same files, and damage where fsck.vfat sees damage.</summary>
public sealed class FatPeerTests : IDisposable
{
    private const int Files = 60;
    private const int Damages = 40;
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(FatKind.Fat12, 2_000, 2)]
    [InlineData(FatKind.Fat16, 40_000, 4)]
    [InlineData(FatKind.Fat32, 80_000, 2)]
    public async Task Files_are_those_that_mtools_wrote_and_damage_is_what_fsck_finds(FatKind kind, int kilobytes, int sectorsPerCluster)
    {
        var random = new Random((int)kind);
        var image = folder.Combine("esp.img");
        await using (var made = File.Create(image))
        {
            made.SetLength(kilobytes * 1024L);
        }

        await RunAsync("mkfs.vfat", "-F", ((int)kind).ToString(), "-S", "512", "-s", sectorsPerCluster.ToString(), image);
        await RunAsync("mmd", "-i", image, "::/EFI", "::/EFI/Linux", "::/a folder with a long name");
        Dictionary<string, byte[]> files = new(StringComparer.Ordinal);
        for (var i = 0; i < Files; i++)
        {
            // Some are deleted again, so that later ones lie in pieces.
            var path = $"{(random.Next(3) switch { 0 => "EFI/Linux", 1 => "a folder with a long name", _ => "EFI" })}/{(i % 2 == 0 ? $"file-{i}.txt" : $"Ein längerer Name mit Umlauten, Nummer {i}.efi")}";
            var content = new byte[random.Next(4) == 0 ? 0 : random.Next(40_000)];
            random.NextBytes(content);
            await File.WriteAllBytesAsync(folder.Combine("content"), content, Token);
            await RunAsync("mcopy", "-i", image, folder.Combine("content"), $"::/{path}");
            files[path] = content;
            if (i % 5 == 4)
            {
                var gone = files.Keys.ElementAt(random.Next(files.Count));
                await RunAsync("mdel", "-i", image, $"::/{gone}");
                files.Remove(gone);
            }
        }

        using (var source = ByteSource.OpenFile(image))
        {
            var volume = FatVolume.Read(source);
            Assert.Equal(kind, volume.Kind);
            Assert.Empty(volume.Check());
            Assert.Equal(files.Keys.Order(StringComparer.Ordinal), Walk(volume, volume.Root).Select(entry => entry.Path).Order(StringComparer.Ordinal));
            Assert.All(files, file => Assert.True(Content(volume, file.Key).AsSpan().SequenceEqual(file.Value), file.Key));
        }

        await CompareDamageAsync(image, kind, random);
    }

    // Entries of the table are changed, and what fsck.vfat says of it is compared: only whether there is damage, because it names it otherwise.
    private async Task CompareDamageAsync(string image, FatKind kind, Random random)
    {
        var whole = await File.ReadAllBytesAsync(image, Token);
        var reserved = whole[14] | (whole[15] << 8);
        var width = (int)kind;
        var damaged = 0;
        for (var round = 0; round < Damages; round++)
        {
            byte[] bytes = [.. whole];
            for (var count = random.Next(1, 4); count > 0; count--)
            {
                var bit = random.Next(2, 900) * width;
                bytes[(reserved * 512) + (bit / 8)] = (byte)random.Next(256);
            }

            var copy = folder.Combine("damaged.img");
            await File.WriteAllBytesAsync(copy, bytes, Token);
            var result = await (await WorkbenchTools.WorkbenchAsync()).Enter(new Bind(folder.Path)).RunAsync(Command.Of("fsck.vfat", "-n", copy) with { AllowFailure = true }, Token);
            var findings = FatVolume.Read(ByteSource.FromMemory(bytes, "damaged.img")).Check();
            Assert.True(result.ExitCode != 0 == findings.Count > 0, $"round {round}: fsck.vfat ends with {result.ExitCode}\n{result.Output}\nand we found\n{string.Join('\n', findings)}");
            damaged += findings.Count > 0 ? 1 : 0;
        }

        Assert.True(damaged > Damages / 2, $"only {damaged} of {Damages} were damaged");
    }

    private static IEnumerable<FatEntry> Walk(FatVolume volume, FatEntry parent) =>
        volume.List(parent).SelectMany(entry => entry.IsFolder ? Walk(volume, entry) : [entry]);

    private static byte[] Content(FatVolume volume, string path)
    {
        using var file = volume.Open(volume.Find(path)!);
        var content = new byte[file.Length];
        file.Read(0, content);
        return content;
    }

    private Task<CommandResult> RunAsync(string program, params string[] arguments) => WorkbenchTools.RunAsync(folder.Path, program, arguments, Token);
}
