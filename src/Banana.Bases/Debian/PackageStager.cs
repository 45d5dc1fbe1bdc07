// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Formats.Tar;
using Banana.Foundation.Errors;
using Banana.Foundation.Files;
using Banana.Foundation.Processes;

namespace Banana.Bases.Debian;

/// <summary>
/// Unpacks packages beside the tree, several side by side. Decompression is most of the work of an installation;
/// putting a file into its place afterwards is one rename.
/// </summary>
/// <param name="context">Where dpkg-deb runs, and the pool.</param>
/// <param name="excludes">Which files of packages are left out.</param>
/// <param name="directory">An empty directory on the file system of the tree.</param>
internal sealed class PackageStager(BaseContext context, PathExcludes excludes, string directory)
{
    private const UnixFileMode Permissions = (UnixFileMode)0xfff;

    /// <summary>Unpacks one package. Its digest is verified first. Of a package that dpkg itself has to unpack into a running tree, only the control files are read.</summary>
    public async Task<StagedPackage> StageAsync(LockedPackage package, CancellationToken cancellation)
    {
        var deb = await context.Pool.VerifyAsync(package.Title, package.Sha256, cancellation).ConfigureAwait(false);
        var control = new Dictionary<string, ControlFile>(StringComparer.Ordinal);
        await ReadAsync(package, deb, "--ctrl-tarfile", entry => ReadControlAsync(entry, control, cancellation), cancellation).ConfigureAwait(false);
        var stanza = control.Remove("control", out var file)
            ? ControlStanza.ParseAll(System.Text.Encoding.UTF8.GetString(file.Content))[0]
            : throw new BananaException(ExitCode.BadInput, $"{package.Title} has no control file", where: deb);
        if (stanza["Package"] != package.Name || stanza["Version"] != package.Version)
        {
            throw new BananaException(ExitCode.BadInput, $"the file locked for {package.Title} holds {stanza["Package"]} {stanza["Version"]}", where: deb, next: "run 'banana lock --update'");
        }

        var place = Path.Combine(directory, package.Name);
        Directory.CreateDirectory(place);
        var paths = new List<string>();
        var files = new List<StagedFile>();
        if (package.Essential || !control.ContainsKey("preinst"))
        {
            await ReadAsync(package, deb, "--fsys-tarfile", entry => StageEntryAsync(entry, place, paths, files, cancellation), cancellation).ConfigureAwait(false);
        }

        return new StagedPackage
        {
            Locked = package,
            Control = stanza,
            ControlFiles = control,
            Paths = paths,
            Files = files,
            ConfigurationFiles = control.TryGetValue("conffiles", out var conffiles)
                ? conffiles.Lines.Where(line => line[0] == '/').ToHashSet(StringComparer.Ordinal)
                : new HashSet<string>(StringComparer.Ordinal),
        };
    }

    private async Task ReadAsync(LockedPackage package, string deb, string option, Func<TarEntry, Task> onEntry, CancellationToken cancellation)
    {
        var command = Command.Of("dpkg-deb", option, deb) with
        {
            OutputReader = async output =>
            {
                var tar = new TarReader(output, leaveOpen: true);
                await using (tar.ConfigureAwait(false))
                {
                    while (await tar.GetNextEntryAsync(copyData: false, cancellation).ConfigureAwait(false) is { } entry)
                    {
                        await onEntry(entry).ConfigureAwait(false);
                    }
                }
            },
        };
        try
        {
            var runner = context.Tools?.WithBinds(new Bind(context.Pool.Root, Writable: false)) ?? context.Host;
            await runner.RunAsync(command, cancellation).ConfigureAwait(false);
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw new BananaException(ExitCode.BadInput, $"{package.Title} is not a readable Debian package", where: deb, next: "delete this file and run the same command again", inner: error);
        }
    }

    private static async Task ReadControlAsync(TarEntry entry, Dictionary<string, ControlFile> control, CancellationToken cancellation)
    {
        if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile)
        {
            using var content = new MemoryStream();
            if (entry.DataStream is { } data)
            {
                await data.CopyToAsync(content, cancellation).ConfigureAwait(false);
            }

            control[Absolute(entry.Name)[1..]] = new ControlFile(content.ToArray(), entry.Mode & Permissions, entry.ModificationTime.UtcDateTime);
        }
    }

    private async Task StageEntryAsync(TarEntry entry, string place, List<string> paths, List<StagedFile> files, CancellationToken cancellation)
    {
        var path = Absolute(entry.Name);
        paths.Add(path);
        if (path == "/" || excludes.Excludes(path, entry.EntryType is TarEntryType.Directory or TarEntryType.SymbolicLink))
        {
            return;
        }

        string? content = null;
        var mode = entry.Mode & Permissions;
        var (owner, group) = ((uint)entry.Uid, (uint)entry.Gid);
        var (type, link) = entry.EntryType switch
        {
            TarEntryType.RegularFile or TarEntryType.V7RegularFile => (TarEntryType.RegularFile, null),
            TarEntryType.Directory => (TarEntryType.Directory, null),
            TarEntryType.SymbolicLink => (TarEntryType.SymbolicLink, entry.LinkName),
            TarEntryType.HardLink => (TarEntryType.HardLink, Absolute(entry.LinkName)),
            _ => throw new BananaException(ExitCode.BadInput, $"{path} is of a kind ({entry.EntryType}) that no package should ship", where: Path.GetFileName(place)),
        };
        if (type == TarEntryType.RegularFile)
        {
            content = Path.Combine(place, files.Count.ToString());
            await WriteAsync(entry, content, mode, owner, group, cancellation).ConfigureAwait(false);
        }

        files.Add(new StagedFile(path, type, mode, owner, group, entry.ModificationTime.UtcDateTime, link, content));
    }

    private static async Task WriteAsync(TarEntry entry, string content, UnixFileMode mode, uint owner, uint group, CancellationToken cancellation)
    {
        using (var file = File.OpenHandle(content, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite))
        {
            if (entry.DataStream is { } data)
            {
                var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(1 << 17);
                try
                {
                    var offset = 0L;
                    int read;
                    while ((read = await data.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0)
                    {
                        // Page cache: no gain in going through the thread pool for it.
#pragma warning disable CA1849, MA0042
                        RandomAccess.Write(file, buffer.AsSpan(0, read), offset);
#pragma warning restore CA1849, MA0042
                        offset += read;
                    }
                }
                finally
                {
                    System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
                }
            }

            if (owner != 0 || group != 0)
            {
                UnixFile.SetOwner(content, owner, group);
            }

            // After the owner: changing that clears set-user-id.
            File.SetUnixFileMode(file, mode);
            File.SetLastWriteTimeUtc(file, entry.ModificationTime.UtcDateTime);
        }
    }

    /// <summary>"/usr/bin/bash" of "./usr/bin/bash", "/usr" of "./usr/".</summary>
    private static string Absolute(string name)
    {
        var path = name.StartsWith("./", StringComparison.Ordinal) ? name[1..] : name == "." ? "/" : "/" + name.TrimStart('/');
        path = path.Length > 1 ? path.TrimEnd('/') : path;
        return path.Split('/').Contains("..", StringComparer.Ordinal)
            ? throw new BananaException(ExitCode.Untrusted, $"a package has the path '{name}', which leaves its tree")
            : path.Length == 0 ? "/" : path;
    }
}
