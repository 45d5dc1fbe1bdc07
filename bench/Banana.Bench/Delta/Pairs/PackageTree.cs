// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Formats.Tar;
using Banana.Bases;
using Banana.Foundation.Errors;
using Banana.Foundation.Files;
using Banana.Foundation.Processes;
using Banana.Foundation.Progress;

namespace Banana.Bench.Delta.Pairs;

/// <summary>
/// Unpacks the /usr of packages into a folder, and configures nothing: what install scripts would make is a small part of an image
/// and the same in both of a pair.
/// </summary>
/// <param name="dpkg">Where dpkg-deb runs; it sees the pool.</param>
/// <param name="pool">The packages.</param>
/// <param name="progress">Is told what happens.</param>
internal sealed class PackageTree(IProcessRunner dpkg, PackagePool pool, IProgressSink progress)
{
    private const UnixFileMode DirectoryMode = (UnixFileMode)0x1ed; // 0755
    private const UnixFileMode Permissions = (UnixFileMode)0xfff;

    // A merged /usr: what a package still ships beside /usr is in it all the same.
    private static readonly string[] Merged = ["/bin/", "/lib/", "/lib64/", "/sbin/"];

    /// <summary>Unpacks all packages of a list.</summary>
    /// <param name="lockfile">The list; the pool has all its files.</param>
    /// <param name="usr">The folder that becomes /usr; made anew.</param>
    /// <param name="cancellation">Stops the work.</param>
    public async Task UnpackAsync(Lockfile lockfile, string usr, CancellationToken cancellation)
    {
        using var step = progress.Begin($"unpack {Path.GetFileName(usr)}");
        ArtifactCache.DeleteTree(usr);
        Directory.CreateDirectory(usr, DirectoryMode);
        var order = lockfile.Packages.Select((package, index) => (package, index)).OrderByDescending(item => item.package.Size);
        var state = new Unpacking(usr);
        var done = 0;
        await Parallel.ForEachAsync(order, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellation }, async (item, token) =>
        {
            await UnpackAsync(item.package, item.index, state, token);
            step.Report(Interlocked.Increment(ref done), lockfile.Packages.Count, "packages");
        });
        state.MakeLinks();
        step.Complete($"{lockfile.Packages.Count} packages");
    }

    private async Task UnpackAsync(LockedPackage package, int index, Unpacking state, CancellationToken cancellation)
    {
        var deb = await pool.VerifyAsync(package.Title, package.Sha256, cancellation);
        await dpkg.RunAsync(
            Command.Of("dpkg-deb", "--fsys-tarfile", deb) with
            {
                OutputReader = async output =>
                {
                    await using var tar = new TarReader(output, leaveOpen: true);
                    while (await tar.GetNextEntryAsync(copyData: false, cancellation) is { } entry)
                    {
                        if (InUsr(entry.Name) is { } path)
                        {
                            await state.AddAsync(entry, path, index, cancellation);
                        }
                    }
                },
            },
            cancellation);
    }

    /// <summary>"bin/bash" of "./usr/bin/bash" and of "./bin/bash"; null of what is not in /usr.</summary>
    internal static string? InUsr(string name)
    {
        var path = "/" + name.TrimStart('.').Trim('/');
        if (path.Split('/').Contains("..", StringComparer.Ordinal))
        {
            throw new BananaException(ExitCode.Untrusted, $"a package has the path '{name}', which leaves its tree");
        }

        return path.StartsWith("/usr/", StringComparison.Ordinal) ? path[5..] : Merged.Any(folder => path.StartsWith(folder, StringComparison.Ordinal)) ? path[1..] : null;
    }

    /// <summary>A tree in the making. Of a file that several packages ship the last package of the list has its way, whichever comes first.</summary>
    private sealed class Unpacking(string usr)
    {
        private readonly Lock gate = new();
        private readonly Dictionary<string, int> owners = new(StringComparer.Ordinal);
        private readonly List<(string Path, string Target, bool IsHard)> links = [];

        public async Task AddAsync(TarEntry entry, string path, int index, CancellationToken cancellation)
        {
            var full = Path.Combine(usr, path);
            lock (gate)
            {
                if (entry.EntryType == TarEntryType.Directory)
                {
                    MakeDirectory(full, entry.Mode & Permissions);
                    return;
                }

                if (owners.TryGetValue(path, out var other) && other > index)
                {
                    return;
                }

                owners[path] = index;
                Directory.CreateDirectory(Path.GetDirectoryName(full)!, DirectoryMode);
                if (entry.EntryType is TarEntryType.SymbolicLink or TarEntryType.HardLink)
                {
                    links.RemoveAll(link => link.Path == full);
                    links.Add((full, entry.LinkName, entry.EntryType == TarEntryType.HardLink));
                    return;
                }
            }

            await WriteAsync(entry, full, cancellation);
        }

        /// <summary>Makes the links when all else is there: until then no path leads through one, and none out of the tree.</summary>
        public void MakeLinks()
        {
            foreach (var (path, target, isHard) in links.OrderBy(link => link.Path, StringComparer.Ordinal))
            {
                if (isHard)
                {
                    File.Delete(path);
                    UnixFile.HardLink(Path.Combine(usr, InUsr(target)!), path);
                }
                else if (!Directory.Exists(path))
                {
                    File.Delete(path);
                    File.CreateSymbolicLink(path, target);
                }
            }
        }

        private static void MakeDirectory(string path, UnixFileMode mode)
        {
            if (!Directory.Exists(path))
            {
                Directory.CreateDirectory(path, DirectoryMode);
                File.SetUnixFileMode(path, mode);
            }
        }

        private static async Task WriteAsync(TarEntry entry, string path, CancellationToken cancellation)
        {
            await using (var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
            {
                if (entry.DataStream is { } data)
                {
                    await data.CopyToAsync(file, 1 << 17, cancellation);
                }
            }

            if (entry.Uid != 0 || entry.Gid != 0)
            {
                UnixFile.SetOwner(path, (uint)entry.Uid, (uint)entry.Gid);
            }

            File.SetUnixFileMode(path, entry.Mode & Permissions);
        }
    }
}
