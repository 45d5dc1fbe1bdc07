// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Forge.Trees;
using Banana.Foundation.Files;
using Banana.Foundation.Processes;

namespace Banana.Forge.Initrd;

/// <summary>
/// Makes the archive with the processors' microcode: an uncompressed cpio that the kernel reads before anything else of the initrd, before the other processors
/// are started (kernel documentation, "The Linux Microcode Loader"). It goes into the UKI's section .ucode, which systemd-stub puts before .initrd
/// (UAPI group, specification of UKIs).
/// </summary>
/// <param name="workbench">The sandbox of the external tools.</param>
public sealed class MicrocodeBuilder(Sandbox workbench)
{
    /// <summary>The part of the hash of a step that says how this code works; changed whenever its output would.</summary>
    public const string Recipe = "microcode 1";

    /// <summary>The name of the archive in the folder that it is made in.</summary>
    public const string FileName = "microcode.cpio";

    private const string Place = "kernel/x86/microcode";
    private const string UnpackMount = "/banana/unpack";

    // Processors take an update only from such an address (Intel's manual), and the kernel may hand it over from where it lies in the initrd.
    private const int Alignment = 16;

    // Family, model, stepping; Debian hides those that are safe only early behind one more suffix. Lists and signatures may lie beside them.
    private const string IntelFiles = "/usr/lib/firmware/intel-ucode/??-??-??*";
    private const string AmdFiles = "/usr/lib/firmware/amd-ucode/microcode_amd*.bin{,.xz,.zst}";

    /// <summary>Whether the packages of a tree bring microcode.</summary>
    public static bool IsIn(StagedTree tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        return TreeGlob.Find(tree.Root, IntelFiles).Count + TreeGlob.Find(tree.Root, AmdFiles).Count > 0;
    }

    /// <summary>Makes the archive.</summary>
    /// <param name="tree">The installed tree; it is not changed.</param>
    /// <param name="epoch">The SOURCE_DATE_EPOCH.</param>
    /// <param name="folder">An empty folder to work in.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>The path of the archive.</returns>
    public async Task<string> MakeAsync(StagedTree tree, long epoch, string folder, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(tree);
        var unpacked = Path.Combine(folder, "unpacked");
        Directory.CreateDirectory(unpacked);
        var intel = MicrocodeFiles.JoinIntel(await ReadAsync(tree, IntelFiles, unpacked, cancellation));
        var amd = MicrocodeFiles.JoinAmd(await ReadAsync(tree, AmdFiles, unpacked, cancellation));
        ArtifactCache.DeleteTree(unpacked);

        var path = Path.Combine(folder, FileName);
        var output = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 20);
        await using (output.ConfigureAwait(false))
        {
            var archive = new CpioWriter(output, epoch);
            await archive.FolderAsync("kernel", cancellation);
            await archive.FolderAsync("kernel/x86", cancellation);
            await archive.FolderAsync(Place, cancellation);
            foreach (var (vendor, content) in new[] { ("AuthenticAMD", amd), ("GenuineIntel", intel) })
            {
                if (content.Length > 0)
                {
                    await archive.FileAsync($"{Place}/{vendor}.bin", content, Alignment, cancellation);
                }
            }

            await archive.EndAsync(cancellation);
        }

        return path;
    }

    private async Task<IReadOnlyList<(string Name, byte[] Content)>> ReadAsync(StagedTree tree, string pattern, string unpacked, CancellationToken cancellation)
    {
        List<(string, byte[])> files = [];
        foreach (var path in TreeGlob.Find(tree.Root, pattern))
        {
            files.Add((path, await File.ReadAllBytesAsync(await PlainAsync(tree.PathOf(path), unpacked, cancellation), cancellation)));
        }

        return files;
    }

    // Where a base packs its firmware: a copy is unpacked, the tree's own file stays as it is.
    private async Task<string> PlainAsync(string path, string unpacked, CancellationToken cancellation)
    {
        var tool = Path.GetExtension(path) switch { ".xz" => "xz", ".zst" => "zstd", _ => null };
        if (tool is null)
        {
            return path;
        }

        var name = Path.GetFileName(path);
        File.Copy(path, Path.Combine(unpacked, name));
        await workbench.WithBinds(new Bind(unpacked, UnpackMount)).RunAsync(Command.Of(tool, "--decompress", "--quiet", $"{UnpackMount}/{name}"), cancellation);
        return Path.Combine(unpacked, Path.GetFileNameWithoutExtension(name));
    }
}
