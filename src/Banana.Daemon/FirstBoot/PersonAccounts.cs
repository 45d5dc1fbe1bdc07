// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Banana.Foundation.Errors;
using Banana.Foundation.Files;
using Banana.Foundation.Processes;

namespace Banana.Daemon.FirstBoot;

/// <summary>
/// The accounts of persons: entries of <c>/etc/passwd</c> (docs/desktop.md says why they are classic ones). The first of them is made whole or not at all:
/// what a power cut left of it is taken away at the next boot.
/// </summary>
/// <param name="root">Where the root of the file system is seen; "/" but in tests.</param>
/// <param name="tools">Runs useradd(8) and its like inside of that root.</param>
internal sealed partial class PersonAccounts(string root, IProcessRunner tools)
{
    // Of login.defs(5), and where systemd's own dynamic users begin (https://systemd.io/UIDS-GIDS/).
    private const uint First = 1000;
    private const uint Last = 60000;

    // Whose members polkit and sudo take for administrators: Debian's name, and Arch's and Fedora's.
    private static readonly string[] AdministratorGroups = ["sudo", "wheel"];

    private string Begun => Path.Combine(root, "var/lib/banana/account-begun");

    /// <summary>Whether there is nobody yet.</summary>
    public bool IsNobody => !Entries("passwd").Any(entry => NumberOf(entry) is >= First and <= Last);

    /// <summary>The number of an account; null: there is none of that name.</summary>
    public uint? NumberOf(string name) => Entries("passwd").Where(entry => entry[0] == name).Select(NumberOf).FirstOrDefault();

    /// <summary>Takes away what is left of an account that was not finished.</summary>
    public async Task CleanAsync(CancellationToken cancellation)
    {
        if (!File.Exists(Begun))
        {
            return;
        }

        var name = (await File.ReadAllTextAsync(Begun, cancellation)).Trim();
        if (Has("passwd", name))
        {
            await RunAsync(Command.Of("userdel", "--remove", name), cancellation);
        }

        // Its own group goes with it only where login.defs(5) says so.
        if (Has("group", name))
        {
            await RunAsync(Command.Of("groupdel", name), cancellation);
        }

        File.Delete(Begun);
    }

    /// <summary>Makes the first account, of an administrator.</summary>
    /// <param name="fullName">The name that is shown.</param>
    /// <param name="name">The name that is typed.</param>
    /// <param name="password">The password.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="BananaException">A name or the password is none, or somebody has an account already.</exception>
    public async Task MakeFirstAsync(string fullName, string name, string password, CancellationToken cancellation)
    {
        Check(fullName, name, password);
        if (!IsNobody)
        {
            throw new BananaException(ExitCode.Denied, "somebody has an account on this machine already", next: "add users in System Settings, page Users");
        }

        if (Has("passwd", name) || Has("group", name))
        {
            throw new BananaException(ExitCode.BadInput, "this name belongs to the system", name, "choose another one");
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Begun)!);
        await AtomicFile.WriteAsync(Begun, Encoding.UTF8.GetBytes(name), cancellation);
        try
        {
            var groups = AdministratorGroups.Where(group => Has("group", group)).ToList();
            await RunAsync(
                Command.Of("useradd", ["--create-home", "--user-group", "--comment", fullName, "--shell", "/bin/bash", .. groups.Count > 0 ? new[] { "--groups", string.Join(',', groups) } : [], name]),
                cancellation);
            await RunAsync(Command.Of("chpasswd") with { StandardInput = Encoding.UTF8.GetBytes($"{name}:{password}\n") }, cancellation);
        }
        catch
        {
            await CleanAsync(CancellationToken.None);
            throw;
        }

        File.Delete(Begun);
    }

    /// <summary>Finds what is wrong with a name or a password, before anything is written.</summary>
    public static void Check(string fullName, string name, string password)
    {
        // What passwd(5) separates by, and what chfn(1) would put other things behind.
        if (fullName.Any(letter => letter is ':' or ',' || char.IsControl(letter)))
        {
            throw new BananaException(ExitCode.BadInput, "a name has no colons, commas or line breaks", "full name", "leave them out");
        }

        if (!UserName().IsMatch(name))
        {
            throw new BananaException(ExitCode.BadInput, "a user name begins with a small letter, and has small letters, digits, '-' and '_' only, at most 31", name, "choose another one");
        }

        if (password.Length == 0 || password.Any(char.IsControl))
        {
            throw new BananaException(ExitCode.BadInput, "a password has at least one letter, and no line breaks", "password", "type another one");
        }
    }

    private static uint? NumberOf(string[] entry) => entry.Length > 2 && uint.TryParse(entry[2], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private bool Has(string database, string name) => Entries(database).Any(entry => entry[0] == name);

    private IEnumerable<string[]> Entries(string database)
    {
        var file = Path.Combine(root, "etc", database);
        return File.Exists(file) ? File.ReadLines(file).Select(line => line.Split(':')) : [];
    }

    private async Task RunAsync(Command command, CancellationToken cancellation)
    {
        var result = await tools.RunAsync(command with { AllowFailure = true }, cancellation);
        if (result.ExitCode != 0)
        {
            throw new BananaException(ExitCode.ToolFailed, $"{command.FileName} failed: {result.Error.ReplaceLineEndings(" ").Trim()}", next: "look into the journal: journalctl -u banana-first-boot-accounts");
        }
    }

    // What systemd takes without a warning, and every tool (https://systemd.io/USER_NAMES/).
    [GeneratedRegex("^[a-z][a-z0-9_-]{0,30}$", RegexOptions.None, 1000)]
    private static partial Regex UserName();
}
