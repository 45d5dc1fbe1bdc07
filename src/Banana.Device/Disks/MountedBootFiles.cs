// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Errors;
using Banana.Foundation.Files;
using Microsoft.Win32.SafeHandles;

namespace Banana.Device.Disks;

/// <summary>The EFI system partition where it is mounted.</summary>
/// <param name="root">The mount point.</param>
public sealed class MountedBootFiles(string root) : IBootFiles
{
    private readonly List<SafeFileHandle> held = [];

    /// <inheritdoc/>
    public string Name => root;

    /// <summary>Finds it in the usual places (file-hierarchy(7): <c>/efi</c>, <c>/boot</c>, <c>/boot/efi</c>).</summary>
    /// <exception cref="BananaException">It is not mounted.</exception>
    public static MountedBootFiles Find()
    {
        foreach (var place in (ReadOnlySpan<string>)["/efi", "/boot", "/boot/efi"])
        {
            // Looking into it makes an automount point mount it.
            if (Directory.Exists(Path.Combine(place, "EFI", "Linux")))
            {
                return new(place);
            }
        }

        throw new BananaException(ExitCode.BadInput, "the EFI system partition is not mounted, or has no folder EFI/Linux", "/efi, /boot, /boot/efi", "look at 'systemctl status efi.mount boot.mount' and the disk");
    }

    /// <inheritdoc/>
    public long Free() => new DriveInfo(root).AvailableFreeSpace;

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string folder)
    {
        var path = Path.Combine(root, folder);
        return Directory.Exists(path) ? [.. Directory.EnumerateFiles(path).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)] : [];
    }

    /// <inheritdoc/>
    public long? Length(string path) => new FileInfo(Path.Combine(root, path)) is { Exists: true } file ? file.Length : null;

    /// <inheritdoc/>
    public Stream Open(string path) => new DurableFile(Path.Combine(root, path));

    /// <inheritdoc/>
    public void Rename(string from, string to)
    {
        Hold(to);
        File.Move(Path.Combine(root, from), Path.Combine(root, to), overwrite: true);
    }

    /// <inheritdoc/>
    public void Delete(string path)
    {
        Hold(path);
        File.Delete(Path.Combine(root, path));
    }

    /// <inheritdoc/>
    public void Sync()
    {
        UnixFile.SyncFileSystem(root);

        // syncfs(2) of a FAT hands everything to the disk, and does not tell the disk to empty its cache (Linux: fs/fat has no sync_fs); fsync does.
        UnixFile.SyncDirectory(root);
        held.ForEach(file => file.Dispose());
        held.Clear();
    }

    // The kernel frees the clusters of a file that has no name any more when it is closed. Were that before its name is gone from the disk, too, a
    // power cut could leave an entry whose chain is free: the boot loader would take it and fail.
    private void Hold(string path)
    {
        if (File.Exists(Path.Combine(root, path)))
        {
            held.Add(File.OpenHandle(Path.Combine(root, path), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        }
    }

    // A plain FileStream's Flush hands its bytes to the kernel only.
    private sealed class DurableFile(string path) : FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, 1 << 16)
    {
        public override void Flush()
        {
            Flush(flushToDisk: true);
            UnixFile.ForgetCached(SafeFileHandle);
        }
    }
}
