// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text;
using Banana.Foundation.Files;

namespace Banana.Daemon.FirstBoot;

/// <summary>
/// Lets the login manager open the dialogue for the first account in place of its own screen, as long as there is nobody who could log in. The dialogue is a session like
/// others: what the login manager does for them (seat, compositor, accessibility), and what the checks of a boot look at, holds for it too.
/// </summary>
/// <param name="root">The root of the file system; "/" but in tests.</param>
internal sealed class LoginManagers(string root)
{
    /// <summary>The account of the dialogue (sysusers.d/banana-first-boot.conf).</summary>
    public const string Account = "banana-first-boot";

    /// <summary>The session that has the dialogue; an edition without it has no such file.</summary>
    public const string Session = "usr/share/wayland-sessions/banana-first-boot.desktop";

    // Plasma's login manager and SDDM read the same words, each in its own place.
    private static readonly string[] Folders = ["etc/plasmalogin.conf.d", "etc/sddm.conf.d"];

    private const string FileName = "20-banana-first-boot.conf";

    /// <summary>Opens the dialogue at the next start of the login manager, or not.</summary>
    /// <param name="isNeeded">Whether there is nobody.</param>
    /// <param name="cancellation">Stops the work.</param>
    public async Task SetAsync(bool isNeeded, CancellationToken cancellation)
    {
        foreach (var file in Folders.Select(folder => Path.Combine(root, folder, FileName)))
        {
            if (isNeeded && File.Exists(Path.Combine(root, Session)))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                await AtomicFile.WriteAsync(file, Encoding.UTF8.GetBytes($"# Until somebody has an account (docs/desktop.md).\n[Autologin]\nUser={Account}\nSession={Path.GetFileName(Session)}\n"), cancellation);
            }
            else if (File.Exists(file))
            {
                File.Delete(file);
            }
        }
    }
}
