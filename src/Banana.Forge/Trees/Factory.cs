// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text;
using Banana.Foundation.Files;

namespace Banana.Forge.Trees;

/// <summary>
/// Moves /etc and /var out of the way of the user: /etc becomes <c>/usr/share/factory/etc</c>, the lower layer of the
/// device's /etc; /var becomes tmpfiles.d(5) lines that make it anew, with a factory copy of the files that packages put there.
/// </summary>
public static class Factory
{
    private const string EtcCopy = "/usr/share/factory/etc";
    private const string VarCopy = "/usr/share/factory/var";

    private const string PackageLines = "/usr/lib/tmpfiles.d";
    private const string VarLines = PackageLines + "/zz-banana-var.conf";

    // Types of lines that make something: files, folders, subvolumes, pipes, links, devices, copies.
    private const string MakingTypes = "fFdDvqQpLcbC";

    // What is particular to one machine, or that the running system makes by itself.
    private static readonly string[] MachineFiles = ["machine-id", "hostname", "hosts", "resolv.conf", "fstab", "mtab", "localtime", "adjtime", ".updated"];

    // What a build leaves in /var and a device makes by itself.
    private static readonly string[] BuildResidue = ["cache", "log", "tmp", "backups", "run", "lock", "lib/systemd/catalog", "lib/systemd/deb-systemd-helper-enabled", "lib/systemd/deb-systemd-user-helper-enabled"];

    /// <summary>Moves /etc.</summary>
    public static void MoveEtc(StagedTree tree)
    {
        foreach (var file in MachineFiles)
        {
            tree.Remove("/etc/" + file);
        }

        tree.Remove(EtcCopy);
        tree.Move("/etc", EtcCopy);
    }

    /// <summary>Moves /var.</summary>
    public static void MoveVar(StagedTree tree)
    {
        foreach (var folder in BuildResidue)
        {
            tree.Remove("/var/" + folder);
        }

        var made = PathsOfPackages(tree);
        var lines = new StringBuilder("# Made by the build: what packages put into /var, made anew on every device (tmpfiles.d(5)).\n");
        foreach (var entry in tree.Walk("/var"))
        {
            var path = tree.Relative(entry);
            if (made.Contains(path))
            {
                // Its own line counts, and of a second one systemd-tmpfiles only says at each boot that it ignores it.
                continue;
            }

            var stat = UnixFile.Stat(entry.FullName);
            if (entry.LinkTarget is { } target)
            {
                lines.Append($"L {Quote(path)} - - - - {Escape(target)}\n");
            }
            else if (entry is DirectoryInfo)
            {
                lines.Append($"d {Quote(path)} {stat.Permissions} {stat.Owner} {stat.Group} -\n");
            }
            else
            {
                var copy = VarCopy + path["/var".Length..];
                tree.MakeFolder(Path.GetDirectoryName(copy)!);
                tree.Remove(copy);
                UnixFile.HardLink(entry.FullName, tree.PathOf(copy));
                lines.Append($"C {Quote(path)} {stat.Permissions} {stat.Owner} {stat.Group} - {Escape(copy)}\n");
            }
        }

        tree.WriteText(VarLines, lines.ToString());
        tree.Remove("/var");
    }

    // The paths that lines of the packages make: "d /var/lib/colord 0755 colord colord", with a modifier behind the type or quotes around the path.
    private static HashSet<string> PathsOfPackages(StagedTree tree)
    {
        HashSet<string> paths = new(StringComparer.Ordinal);
        foreach (var file in tree.Walk(PackageLines).Where(entry => entry.Name.EndsWith(".conf", StringComparison.Ordinal) && !tree.Has("/etc/tmpfiles.d/" + entry.Name)))
        {
            foreach (var line in (tree.ReadText(tree.Relative(file)) ?? string.Empty).Split('\n'))
            {
                // One that is made only where its source is there ('?') may be missing.
                if (line.Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries) is [var type, var rest] && MakingTypes.Contains(type[0], StringComparison.Ordinal) && !type.Contains('?', StringComparison.Ordinal))
                {
                    var path = rest[0] is '"' or '\'' ? rest[1..].Split(rest[0], 2)[0] : rest.Split((char[]?)null, 2)[0];
                    paths.Add(path.Replace("%S", "/var/lib", StringComparison.Ordinal).TrimEnd('/'));
                }
            }
        }

        return paths;
    }

    // tmpfiles.d: '%' begins a specifier, and quotes hold paths with spaces together.
    private static string Escape(string path) => path.Replace("%", "%%", StringComparison.Ordinal);

    private static string Quote(string path) => path.Contains(' ') ? $"\"{Escape(path)}\"" : Escape(path);
}
