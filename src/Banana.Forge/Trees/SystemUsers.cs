// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text;
using Banana.Foundation.Files;

namespace Banana.Forge.Trees;

/// <summary>
/// The users and groups that packages made while they were installed, pinned by number for every machine that ever runs the release:
/// files in the image belong to numbers, so a number must mean the same user everywhere (sysusers.d(5)).
/// </summary>
public static class SystemUsers
{
    /// <summary>The file that pins them; its name sorts before all others, so that its numbers win.</summary>
    public const string PinFile = "/usr/lib/sysusers.d/00-banana-ids.conf";

    private const int SecondsPerDay = 86400;

    /// <summary>Writes <see cref="PinFile"/> from the tree's passwd and group, and takes what is particular to the build out of shadow.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="epoch">The SOURCE_DATE_EPOCH: the day that passwords were last changed.</param>
    public static void Pin(StagedTree tree, long epoch)
    {
        var users = Records(tree, "/etc/passwd", fields: 7).OrderBy(user => int.Parse(user[2])).ToList();
        var groups = Records(tree, "/etc/group", fields: 4).OrderBy(group => int.Parse(group[2])).ToList();

        var text = new StringBuilder("# Made by the build: every system user and group of this release with its number (sysusers.d(5)).\n");
        foreach (var group in groups)
        {
            text.Append($"g {group[0]} {group[2]}\n");
        }

        foreach (var user in users)
        {
            text.Append($"u {user[0]} {user[2]}:{user[3]} {Quote(user[4])} {Quote(user[5])} {Quote(user[6])}\n");
        }

        foreach (var group in groups)
        {
            foreach (var member in group[3].Split(',', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal))
            {
                text.Append($"m {member} {group[0]}\n");
            }
        }

        tree.WriteText(PinFile, text.ToString());
        NormaliseShadow(tree, epoch);
        foreach (var copy in new[] { "passwd-", "group-", "shadow-", "gshadow-", "subuid-", "subgid-", ".pwd.lock" })
        {
            tree.Remove("/etc/" + copy);
        }
    }

    private static void NormaliseShadow(StagedTree tree, long epoch)
    {
        var day = (epoch / SecondsPerDay).ToString();
        var text = new StringBuilder();
        foreach (var user in Records(tree, "/etc/shadow", fields: 9))
        {
            // "!unprovisioned" is the word by which systemd-firstboot and systemd-sysusers know that root's password
            // may still be set from a credential; nobody can log in with it.
            var password = user[0] == "root" ? "!unprovisioned" : user[1];
            text.Append(string.Join(':', [user[0], password, day, .. user[3..]])).Append('\n');
        }

        if (text.Length > 0)
        {
            var was = UnixFile.Stat(tree.PathOf("/etc/shadow"));
            tree.WriteText("/etc/shadow", text.ToString());
            UnixFile.SetOwner(tree.PathOf("/etc/shadow"), was.Owner, was.Group);
            File.SetUnixFileMode(tree.PathOf("/etc/shadow"), (UnixFileMode)(was.Mode & 0xfff));
        }
    }

    private static IEnumerable<string[]> Records(StagedTree tree, string path, int fields) =>
        (tree.ReadText(path) ?? string.Empty).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(':')).Where(record => record.Length == fields);

    private static string Quote(string text) => text.Length == 0 ? "-" : "\"" + text.Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";
}
