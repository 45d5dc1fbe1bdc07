// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Formats.Tar;
using System.Text;
using Banana.Bases.Arch;
using Banana.Bases.Debian;
using Banana.Foundation.Errors;
using Banana.Foundation.Processes;

namespace Banana.Bases.Tree;

/// <summary>Packs, reads and unpacks trees as tarballs, with owners, modes, times, hard links and extended attributes (GNU tar).</summary>
internal sealed class TreeArchive(BaseContext context)
{
    // One order and one form of every header: the same directory gives the same bytes.
    private static readonly string[] Canonical = ["--sort=name", "--format=posix", "--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime", "--numeric-owner", "--xattrs", "--xattrs-include=*", "--acls"];

    private static readonly (byte[] Magic, string Program)[] Compressors =
    [
        ([0x1f, 0x8b], "gzip"),
        ([0x28, 0xb5, 0x2f, 0xfd], "zstd"),
        ([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], "xz"),
    ];

    /// <summary>Packs a directory; the reader is given the bytes.</summary>
    public Task PackAsync(string directory, Func<Stream, Task> reader, CancellationToken cancellation) =>
        Inside(new Bind(directory, Writable: false)).RunAsync(new Command("tar", ["--create", "--file=-", .. Canonical, $"--directory={directory}", "."]) { OutputReader = reader }, cancellation);

    /// <summary>Unpacks a tarball into an empty directory. Whiteouts of OCI layers have nothing below them and are dropped.</summary>
    public async Task UnpackAsync(string file, string tree, CancellationToken cancellation)
    {
        var inside = Inside(new Bind(file, Writable: false), new Bind(tree));
        var (decompress, input) = (Decompressor(file), file);
        string[] program = decompress is null ? [] : [$"--use-compress-program={decompress}"];
        try
        {
            await inside.RunAsync(new Command("tar", ["--extract", $"--file={input}", .. program, "--preserve-permissions", "--same-owner", "--numeric-owner", "--delay-directory-restore", "--xattrs", "--xattrs-include=*", "--acls", "--exclude=.wh.*", $"--directory={tree}"]), cancellation).ConfigureAwait(false);
        }
        catch (CommandFailedException error) when (error.Code != ExitCode.NoSpace)
        {
            throw new BananaException(ExitCode.BadInput, $"the tarball cannot be unpacked: {error.What}", where: file, next: "make it again", inner: error);
        }
    }

    /// <summary>Reads what a tree says about itself, without unpacking it.</summary>
    public async Task<TreeContents> InspectAsync(string source, CancellationToken cancellation)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        var pacman = new List<string>();
        var newest = 0L;
        var reader = (Stream output) => ReadAsync(output, found, pacman, time => newest = Math.Max(newest, time), cancellation);
        try
        {
            if (Directory.Exists(source))
            {
                await PackAsync(source, reader, cancellation).ConfigureAwait(false);
            }
            else
            {
                var command = Decompressor(source) is { } program ? Command.Of(program, "-dc", source) : Command.Of("cat", source);
                await Inside(new Bind(source, Writable: false)).RunAsync(command with { OutputReader = reader }, cancellation).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw new BananaException(ExitCode.BadInput, "it is neither a directory nor a tarball (plain, gzip, zstd or xz)", where: source, next: "correct 'source:' in the definition", inner: error);
        }

        return TreeContents.From(found, pacman, newest, source);
    }

    private static async Task ReadAsync(Stream output, Dictionary<string, string> found, List<string> pacman, Action<long> onTime, CancellationToken cancellation)
    {
        var tar = new TarReader(output, leaveOpen: true);
        await using (tar.ConfigureAwait(false))
        {
            while (await tar.GetNextEntryAsync(copyData: false, cancellation).ConfigureAwait(false) is { } entry)
            {
                onTime(entry.ModificationTime.ToUnixTimeSeconds());
                var name = entry.Name.TrimStart('.').TrimStart('/');
                if (entry.DataStream is { } data && (TreeContents.Interesting.Contains(name, StringComparer.Ordinal) || IsPacmanEntry(name)))
                {
                    using var reader = new StreamReader(data, leaveOpen: true);
                    var text = await reader.ReadToEndAsync(cancellation).ConfigureAwait(false);
                    if (IsPacmanEntry(name))
                    {
                        pacman.Add(PacmanEntry.Parse(text).Get("NAME"));
                    }
                    else
                    {
                        found[name] = text;
                    }
                }
            }
        }
    }

    private static bool IsPacmanEntry(string name) => name.StartsWith("var/lib/pacman/local/", StringComparison.Ordinal) && name.EndsWith("/desc", StringComparison.Ordinal);

    private static string? Decompressor(string file)
    {
        Span<byte> start = stackalloc byte[6];
        using var stream = File.OpenRead(file);
        var length = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        foreach (var (magic, program) in Compressors)
        {
            if (start[..length].StartsWith(magic))
            {
                return program;
            }
        }

        return null;
    }

    private IProcessRunner Inside(params Bind[] binds) => context.Tools?.WithBinds(binds) ?? context.Host;
}

/// <summary>What a tree says about itself.</summary>
/// <param name="Name">ID of its os-release.</param>
/// <param name="Version">IMAGE_VERSION, VERSION_ID or BUILD_ID of its os-release.</param>
/// <param name="Packages">The names of its packages, when it has a list.</param>
/// <param name="Newest">The time of its newest file, in Unix seconds.</param>
internal sealed record TreeContents(string Name, string Version, IReadOnlyList<string> Packages, long Newest)
{
    /// <summary>The files that are read.</summary>
    public static readonly string[] Interesting = ["usr/lib/os-release", "etc/os-release", "var/lib/dpkg/status", TreePackageList.OwnList, TreePackageList.BuildStreamManifest];

    /// <summary>Puts it together from the files.</summary>
    public static TreeContents From(IReadOnlyDictionary<string, string> files, IReadOnlyList<string> pacman, long newest, string source)
    {
        var text = files.GetValueOrDefault("usr/lib/os-release") ?? files.GetValueOrDefault("etc/os-release")
            ?? throw new BananaException(ExitCode.BadInput, "the tree has no os-release", where: source, next: "a tree must say what it is in usr/lib/os-release");
        var (name, version) = TreePackageList.Identity(text);
        IEnumerable<string> packages = files.TryGetValue("var/lib/dpkg/status", out var status) ? ControlStanza.ParseAll(status).Select(stanza => stanza["Package"]).OfType<string>()
            : files.TryGetValue(TreePackageList.OwnList, out var list) ? TreePackageList.ReadOwnList(Encoding.UTF8.GetBytes(list), source).Select(package => package.Name)
            : files.TryGetValue(TreePackageList.BuildStreamManifest, out var manifest) ? TreePackageList.ReadManifest(manifest, source, string.Empty).Select(package => package.Name)
            : pacman;
        return new TreeContents(name, version, [.. packages.Append(name)], newest);
    }
}
