// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Vm.Machine;

namespace Banana.Qa.Staging;

/// <summary>
/// The person who uses a machine under test. Made by systemd's own credentials (systemd.system-credentials(7): sysusers.extra, passwd.*, tmpfiles.extra), so that
/// nothing of it is in a release, and a release needs nothing for it.
/// </summary>
/// <param name="Name">The name of the account.</param>
/// <param name="FullName">The name that the login manager shows.</param>
/// <param name="Password">The password.</param>
public sealed record GuestUser(string Name, string FullName, string Password)
{
    /// <summary>The first number of a person's account.</summary>
    public const int Number = 1000;

    /// <summary>The one in all scenarios. The password has letters that are at the same place on every keyboard.</summary>
    public static GuestUser Tester { get; } = new("tester", "Terry Tester", "flower");

    /// <summary>The credentials that make the account, and the machine one to look at.</summary>
    /// <param name="presence">What the machine knows of this person.</param>
    /// <param name="isEmulated">
    /// Whether the machine is emulated. Sessions start their parts in 90 s or not at all, and a compositor alone takes longer there; and what would draw on a graphics
    /// card is compiled for a processor that is emulated itself, so that pictures are made by plain drawing, without blur and shadows.
    /// </param>
    /// <param name="more">More lines of tmpfiles.d(5): there is one credential for all.</param>
    public IReadOnlyList<Credential> Credentials(GuestPresence presence, bool isEmulated, IReadOnlyList<string>? more = null)
    {
        var home = "/home/" + Name;
        List<string> files =
        [
            // The welcome is another scenario's; a screen that goes dark is no picture.
            "f /etc/xdg/plasma-welcomerc 0644 root root - [General]\\nLastSeenVersion=99.0.0\\nShouldShow=false\\n",
            "f /etc/xdg/kscreenlockerrc 0644 root root - [Daemon]\\nAutolock=false\\nLockOnResume=false\\n",
        ];
        if (isEmulated)
        {
            files.AddRange(
            [
                "d /etc/systemd/user.conf.d 0755 root root",
                "f /etc/systemd/user.conf.d/90-emulated.conf 0644 root root - [Manager]\\nDefaultTimeoutStartSec=15min\\nDefaultEnvironment=KWIN_COMPOSE=Q QT_QUICK_BACKEND=software\\n",
            ]);
        }

        if (presence != GuestPresence.None)
        {
            files.Add($"d {home} 0700 {Name} {Name}");
        }

        if (presence == GuestPresence.LoggedIn)
        {
            files.AddRange(
            [
                $"f /etc/plasmalogin.conf.d/90-autologin.conf 0644 root root - [Autologin]\\nUser={Name}\\nSession=plasma.desktop\\n",
                $"f /etc/sddm.conf.d/90-autologin.conf 0644 root root - [Autologin]\\nUser={Name}\\nSession=plasma.desktop\\n",
            ]);
        }

        Credential[] account = presence == GuestPresence.None ? [] :
        [
            Credential.Text("sysusers.extra", $"g {Name} {Number}\nu {Name} {Number}:{Number} \"{FullName}\" {home} /bin/bash\nm {Name} sudo\n"),
            Credential.Text("passwd.plaintext-password." + Name, Password),
        ];
        return [.. account, Credential.Text("tmpfiles.extra", string.Concat(files.Concat(more ?? []).Select(line => line + "\n")))];
    }
}

/// <summary>What a machine knows of the person who uses it.</summary>
public enum GuestPresence
{
    /// <summary>Nothing: nobody has an account.</summary>
    None,

    /// <summary>An account.</summary>
    Account,

    /// <summary>An account whose session opens by itself.</summary>
    LoggedIn,
}
