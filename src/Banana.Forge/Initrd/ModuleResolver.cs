// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Errors;

namespace Banana.Forge.Initrd;

/// <summary>Finds kernel modules and what they depend on, from the indexes that depmod(8) made.</summary>
public sealed class ModuleResolver
{
    private readonly Dictionary<string, string> paths = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string[]> dependencies = new(StringComparer.Ordinal);
    private readonly HashSet<string> builtin = new(StringComparer.Ordinal);

    /// <summary>Reads the indexes of one kernel.</summary>
    /// <param name="folder">The folder /usr/lib/modules/VERSION on the host.</param>
    public ModuleResolver(string folder)
    {
        // kernel/fs/btrfs/btrfs.ko.xz: kernel/lib/xor.ko.xz kernel/lib/raid6_pq.ko.xz
        foreach (var line in File.ReadLines(Path.Combine(folder, "modules.dep")))
        {
            var colon = line.IndexOf(':');
            if (colon > 0)
            {
                paths[NameOf(line[..colon])] = line[..colon];
                dependencies[line[..colon]] = line[(colon + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            }
        }

        foreach (var line in File.ReadLines(Path.Combine(folder, "modules.builtin")))
        {
            builtin.Add(NameOf(line));
        }

        // softdep btrfs pre: xxhash64 crc32c
        foreach (var words in File.ReadLines(Path.Combine(folder, "modules.softdep")).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(words => words is ["softdep", ..]))
        {
            if (paths.TryGetValue(NameOf(words[1]), out var path))
            {
                soft[path] = [.. words.Skip(2).Where(word => !word.EndsWith(':'))];
            }
        }
    }

    private readonly Dictionary<string, string[]> soft = new(StringComparer.Ordinal);

    /// <summary>The files (relative to the folder) of modules and all they depend on, sorted. What is built into the kernel needs no file.</summary>
    public IReadOnlyCollection<string> Closure(IEnumerable<string> required, IEnumerable<string> optional)
    {
        var files = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var name in required)
        {
            if (!Add(name, files))
            {
                throw new BananaException(ExitCode.BadInput, $"the kernel has no module '{name}'", "os/initrd.yaml", "correct the name, or move it to 'optional-modules'");
            }
        }

        foreach (var name in optional)
        {
            Add(name, files);
        }

        return files;
    }

    private bool Add(string name, SortedSet<string> files)
    {
        name = NameOf(name);
        if (!paths.TryGetValue(name, out var path))
        {
            return builtin.Contains(name);
        }

        if (files.Add(path))
        {
            foreach (var dependency in dependencies[path])
            {
                Add(NameOf(dependency), files);
            }

            foreach (var wanted in soft.GetValueOrDefault(path, []))
            {
                Add(wanted, files);
            }
        }

        return true;
    }

    // kernel/drivers/block/virtio_blk.ko.xz is the module virtio_blk; '-' and '_' mean the same in module names.
    private static string NameOf(string path)
    {
        var name = Path.GetFileName(path);
        var dot = name.IndexOf(".ko", StringComparison.Ordinal);
        return (dot < 0 ? name : name[..dot]).Replace('-', '_');
    }
}
