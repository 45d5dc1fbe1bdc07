// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text;
using Banana.Definition.Model;
using Banana.Foundation.Errors;
using Banana.Foundation.Processes;

namespace Banana.Forge.Images;

/// <summary>
/// Turns trees into the images of a release with the workbench's tools, so that the same tree always gives the same bytes:
/// one time for all files, seeded ids, no name of the machine.
/// </summary>
/// <param name="workbench">The sandbox of the external tools.</param>
/// <param name="folder">The folder that the images are made in.</param>
/// <param name="seed">The source of ids.</param>
/// <param name="epoch">The SOURCE_DATE_EPOCH.</param>
public sealed class ImageTools(Sandbox workbench, string folder, SeededGuid seed, long epoch)
{
    /// <summary>The part of the hash of a step that says how this code works; changed whenever its output would.</summary>
    public const string Recipe = "images 2";

    /// <summary>The block size of the image of /usr and of its hash tree: the page size that every machine can mount.</summary>
    public const int BlockSize = 4096;

    private const string Work = "/banana/work";
    private const string SourceMount = "/banana/source";
    private const long MiB = 1024 * 1024;

    /// <summary>The version of mkfs.erofs: another one may pack the same tree into other bytes.</summary>
    public static async Task<string> MkfsVersionAsync(Sandbox workbench, CancellationToken cancellation)
    {
        // mkfs.erofs (erofs-utils) 1.9.4
        var result = await workbench.RunAsync(Command.Of("mkfs.erofs", "-V"), cancellation);
        return result.Lines.First().Split(' ')[^1];
    }

    /// <summary>Packs a folder into an erofs image.</summary>
    /// <param name="usr">The folder.</param>
    /// <param name="file">The name of the image.</param>
    /// <param name="image">Compressor and cluster size.</param>
    /// <param name="cancellation">Stops the work.</param>
    public async Task ErofsAsync(string usr, string file, ImageParameters image, CancellationToken cancellation)
    {
        var (algorithm, level) = image.Compressor.Split(',') is [var a, var l] ? (a, l) : (image.Compressor, null);
        await Inside(new Bind(usr, SourceMount, Writable: false)).RunAsync(
            Command.Of(
                "mkfs.erofs", "--quiet",
                "-z", level is null ? algorithm : $"{algorithm},level={level}", "-C", image.ClusterSize.ToString(), "-b", BlockSize.ToString(),
                // One time for all files: --all-time only clamps to it, and each file would cost 32 bytes more.
                // Metadata apart from data and no tails inside it: a changed file then moves few other bytes (docs: delta).
                "-E", "^inline_data", "--MZ=id",
                "-T", epoch.ToString(), "--ignore-mtime", "-U", seed.For("erofs").ToString(),
                $"{Work}/{file}", SourceMount),
            cancellation);
    }

    /// <summary>Makes the hash tree of an image (dm-verity, kernel documentation).</summary>
    /// <returns>The root hash, 64 hexadecimal digits.</returns>
    public async Task<string> VerityAsync(string image, string file, CancellationToken cancellation)
    {
        var rootHash = Path.Combine(folder, file + ".roothash");
        await Inside().RunAsync(
            Command.Of(
                "veritysetup", "format", $"{Work}/{image}", $"{Work}/{file}",
                "--hash=sha256", $"--data-block-size={BlockSize}", $"--hash-block-size={BlockSize}",
                "--salt=" + Convert.ToHexStringLower(seed.Bytes("verity salt")), "--uuid=" + seed.For("verity"),
                $"--root-hash-file={Work}/{file}.roothash"),
            cancellation);
        var text = (await File.ReadAllTextAsync(rootHash, cancellation)).Trim();
        File.Delete(rootHash);
        return text;
    }

    /// <summary>Joins kernel, initrd, microcode, os-release and command line into one EFI program (the UKI specification).</summary>
    public async Task UkiAsync(string file, UkiParts parts, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(parts);
        await File.WriteAllTextAsync(Path.Combine(folder, "os-release"), parts.OsRelease, cancellation);
        Bind[] microcode = parts.Microcode is { } path ? [new Bind(path, "/banana/microcode", false)] : [];
        await Inside([new Bind(parts.Kernel, "/banana/vmlinuz", false), new Bind(parts.Initrd, "/banana/initrd", false), new Bind(parts.Stub, "/banana/stub", false), .. microcode]).RunAsync(
            Command.Of(
                "ukify",
                [
                    "build", "--linux=/banana/vmlinuz", "--initrd=/banana/initrd", "--stub=/banana/stub", .. microcode.Select(bind => "--microcode=/banana/microcode"),
                    $"--uname={parts.KernelVersion}", $"--os-release=@{Work}/os-release", $"--cmdline={parts.CommandLine}", $"--output={Work}/{file}",
                ]),
            cancellation);
        File.Delete(Path.Combine(folder, "os-release"));
    }

    /// <summary>Makes the EFI system partition: boot loader, its fallback copy, its settings, and one UKI.</summary>
    /// <param name="file">The name of the image.</param>
    /// <param name="megabytes">Its size in MiB.</param>
    /// <param name="bootLoader">systemd-boot, on the host.</param>
    /// <param name="uki">The UKI, on the host.</param>
    /// <param name="entry">The UKI's name on the partition.</param>
    /// <param name="settings">The text of loader.conf.</param>
    /// <param name="cancellation">Stops the work.</param>
    public async Task EspAsync(string file, long megabytes, string bootLoader, string uki, string entry, string settings, CancellationToken cancellation)
    {
        var path = Path.Combine(folder, file);
        File.Delete(path);
        var image = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        await using (image.ConfigureAwait(false))
        {
            image.SetLength(megabytes * MiB);
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "loader.conf"), settings, cancellation);
        var id = Convert.ToHexStringLower(seed.Bytes("esp").AsSpan(0, 4));
        var inside = Inside(new Bind(bootLoader, "/banana/boot.efi", false), new Bind(uki, "/banana/uki.efi", false));
        await inside.RunAsync(Command.Of("mkfs.vfat", "--invariant", "-F", "32", "-S", "512", "-i", id, "-n", "ESP", $"{Work}/{file}"), cancellation);
        await inside.RunAsync(Command.Of("mmd", "-i", $"{Work}/{file}", "::/EFI", "::/EFI/BOOT", "::/EFI/systemd", "::/EFI/Linux", "::/loader"), cancellation);
        foreach (var (source, target) in new[] { ("/banana/boot.efi", "EFI/BOOT/BOOTX64.EFI"), ("/banana/boot.efi", "EFI/systemd/systemd-bootx64.efi"), ($"{Work}/loader.conf", "loader/loader.conf"), ("/banana/uki.efi", "EFI/Linux/" + entry) })
        {
            await inside.RunAsync(Command.Of("mcopy", "-i", $"{Work}/{file}", source, "::/" + target), cancellation);
        }

        File.Delete(Path.Combine(folder, "loader.conf"));
    }

    /// <summary>Makes the disk image from the partition definitions (repart.d(5)); what the release knows is added as drop-ins.</summary>
    /// <param name="file">The name of the image.</param>
    /// <param name="definitions">The folder with the definitions.</param>
    /// <param name="partitions">What goes into which definition (by its file name without extension), beside what it says itself.</param>
    /// <param name="cancellation">Stops the work.</param>
    public async Task DiskAsync(string file, string definitions, IReadOnlyDictionary<string, PartitionContent> partitions, CancellationToken cancellation)
    {
        var stage = Path.Combine(folder, "repart.d");
        Directory.CreateDirectory(stage);
        foreach (var source in Directory.GetFiles(definitions, "*.conf"))
        {
            File.Copy(source, Path.Combine(stage, Path.GetFileName(source)));
        }

        List<Bind> binds = [];
        foreach (var (name, content) in partitions)
        {
            if (!File.Exists(Path.Combine(stage, name + ".conf")))
            {
                throw new BananaException(ExitCode.BadInput, $"has no partition '{name}.conf', which every disk image needs", definitions, "see 'Partitions' in docs/definition.md");
            }

            var lines = new StringBuilder("[Partition]\n").Append($"Label={content.Label}\nUUID={content.Uuid}\n");
            if (content.Image is { } image)
            {
                binds.Add(new Bind(image, $"/banana/parts/{name}", Writable: false));
                lines.Append($"CopyBlocks=/banana/parts/{name}\n");
            }

            Directory.CreateDirectory(Path.Combine(stage, name + ".conf.d"));
            await File.WriteAllTextAsync(Path.Combine(stage, name + ".conf.d", "release.conf"), lines.ToString(), cancellation);
        }

        File.Delete(Path.Combine(folder, file));
        await Inside([.. binds]).RunAsync(
            Command.Of(
                "systemd-repart", "--empty=create", "--size=auto", "--dry-run=no", "--offline=yes", "--no-pager", "--json=off",
                "--seed=" + seed.For("disk"), "--definitions=" + Work + "/repart.d", $"{Work}/{file}"),
            cancellation);
        Directory.Delete(stage, recursive: true);
    }

    private Sandbox Inside(params Bind[] binds) =>
        workbench.WithBinds([new Bind(folder, Work), .. binds]).WithVariable("SOURCE_DATE_EPOCH", epoch.ToString());
}

/// <summary>What a release puts into a partition of the disk image.</summary>
/// <param name="Label">The label: <c>id_version</c>, or <c>_empty</c> for a free slot.</param>
/// <param name="Uuid">The unique id.</param>
/// <param name="Image">The file that is copied in, on the host; nothing when null.</param>
public sealed record PartitionContent(string Label, Guid Uuid, string? Image);

/// <summary>What a UKI is made of; files are on the host.</summary>
/// <param name="Kernel">The kernel.</param>
/// <param name="KernelVersion">Its version.</param>
/// <param name="Initrd">The compressed initrd.</param>
/// <param name="Microcode">The archive with the microcode (<see cref="Banana.Forge.Initrd.MicrocodeBuilder"/>); none when null.</param>
/// <param name="Stub">systemd-stub.</param>
/// <param name="OsRelease">The text of os-release.</param>
/// <param name="CommandLine">The kernel command line.</param>
public sealed record UkiParts(string Kernel, string KernelVersion, string Initrd, string? Microcode, string Stub, string OsRelease, string CommandLine);
