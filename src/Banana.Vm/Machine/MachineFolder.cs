// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Files;

namespace Banana.Vm.Machine;

/// <summary>The private folder of one running machine: sockets, overlay disk, UEFI variables. Removed with the machine.</summary>
internal sealed class MachineFolder : IDisposable
{
    private const string Prefix = "banana-vm-";
    private const string LockName = "lock";

    /// <summary>A folder this young may belong to a run that has not locked it yet.</summary>
    private static readonly TimeSpan Young = TimeSpan.FromMinutes(1);

    private readonly FileLock ownership;

    private MachineFolder(string path, FileLock ownership)
    {
        Path = path;
        this.ownership = ownership;
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Makes a folder, and removes those that killed runs left behind (their lock is free).</summary>
    /// <param name="root">Where: $TMPDIR, else /var/tmp, which is on a disk where /tmp is often in memory.</param>
    public static MachineFolder Create(string? root = null)
    {
        root ??= Environment.GetEnvironmentVariable("TMPDIR") is { Length: > 0 } place ? place : "/var/tmp";
        Sweep(root);
        var path = System.IO.Path.Combine(root, $"{Prefix}{Random.Shared.NextInt64():x16}");
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var held = FileLock.TryTake(System.IO.Path.Combine(path, LockName)) ?? throw new IOException($"{path}: locked by another run");
        return new MachineFolder(path, held);
    }

    /// <summary>The path of a file in the folder.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <inheritdoc/>
    public void Dispose()
    {
        ArtifactCache.DeleteTree(Path);
        ownership.Dispose();
    }

    private static void Sweep(string root)
    {
        foreach (var folder in Directory.EnumerateDirectories(root, Prefix + "*"))
        {
            if (TimeProvider.System.GetUtcNow().UtcDateTime - Directory.GetCreationTimeUtc(folder) < Young)
            {
                continue;
            }

            try
            {
                using var free = FileLock.TryTake(System.IO.Path.Combine(folder, LockName));
                if (free is not null)
                {
                    ArtifactCache.DeleteTree(folder);
                }
            }
            catch (Exception error) when (error is UnauthorizedAccessException or IOException)
            {
                // Another user's, or another run was faster.
            }
        }
    }
}
