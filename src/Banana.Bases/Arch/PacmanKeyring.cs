// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Definition.Model;
using Banana.Foundation.Errors;
using Banana.Foundation.Files;
using Banana.Foundation.Hashing;
using Banana.Foundation.Processes;

namespace Banana.Bases.Arch;

/// <summary>
/// The keys that a base trusts, as pacman wants them. When NAME.gpg has a NAME-trusted beside it (as Arch's own keyring does),
/// only keys that those vouch for are trusted; else the file itself says whom we trust, and every key in it counts.
/// </summary>
internal sealed class PacmanKeyring
{
    private PacmanKeyring(string directory, string identity, bool hasTrust)
    {
        Directory = directory;
        Identity = identity;
        HasTrust = hasTrust;
    }

    /// <summary>The GnuPG home.</summary>
    public string Directory { get; }

    /// <summary>The hash of the keys.</summary>
    public string Identity { get; }

    /// <summary>Whether keys must be vouched for.</summary>
    public bool HasTrust { get; }

    /// <summary>Returns the keyring of a base; makes it when these keys were not used before.</summary>
    public static async Task<PacmanKeyring> EnsureAsync(BaseDefinition definition, BaseContext context, Sandbox tools, CancellationToken cancellation)
    {
        var file = definition.Keyring ?? throw new BananaException(ExitCode.BadInput, $"the base {definition.Name} has no keyring", next: "add 'keyring:' to it in the definition");
        if (!File.Exists(file))
        {
            throw new BananaException(ExitCode.BadInput, $"the keyring of the base {definition.Name} is not there", where: file, next: "correct 'keyring:' in the definition");
        }

        if (Path.GetExtension(file) != ".gpg")
        {
            throw new BananaException(ExitCode.BadInput, $"the keyring of the base {definition.Name} must be a .gpg file", where: file, next: "export the keys with 'gpg --export'");
        }

        var stem = Path.Combine(Path.GetDirectoryName(file)!, Path.GetFileNameWithoutExtension(file));
        using var hash = new InputHash();
        var hasTrust = File.Exists(stem + "-trusted");
        foreach (var part in new[] { file, stem + "-trusted", stem + "-revoked" }.Where(File.Exists))
        {
            hash.Add(part[stem.Length..], await File.ReadAllBytesAsync(part, cancellation).ConfigureAwait(false));
        }

        var identity = hash.Digest();
        var cache = new ArtifactCache(Path.Combine(context.Scratch, "pacman-keys"));
        var (path, _) = await cache.GetAsync(identity[..16], home => MakeAsync(home, file, stem, hasTrust, tools, cancellation), onWait: null, cancellation).ConfigureAwait(false);
        return new PacmanKeyring(path, identity, hasTrust);
    }

    /// <summary>Checks a detached signature.</summary>
    /// <param name="tools">Where gpg runs.</param>
    /// <param name="file">The signed file.</param>
    /// <param name="signature">The signature file.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>Why it does not hold; null when it does.</returns>
    public async Task<string?> ProblemAsync(Sandbox tools, string file, string signature, CancellationToken cancellation)
    {
        var command = Command.Of("gpg", "--homedir", Directory, "--batch", "--no-auto-check-trustdb", "--lock-never", "--status-fd", "1", "--trust-model", HasTrust ? "pgp" : "always", "--verify", signature, file) with { AllowFailure = true };
        var result = await tools.WithBinds(new Bind(Directory, Writable: false)).RunAsync(command, cancellation).ConfigureAwait(false);

        // [GNUPG:] VALIDSIG 0123… / [GNUPG:] TRUST_FULLY 0 pgp
        var words = result.Lines.Where(line => line.StartsWith("[GNUPG:] ", StringComparison.Ordinal)).Select(line => line.Split(' ')[1]).ToHashSet(StringComparer.Ordinal);
        if (words.Contains("BADSIG"))
        {
            return "the signature is not of this file";
        }

        if (words.Contains("NO_PUBKEY") || words.Contains("ERRSIG"))
        {
            return "it is signed by a key that is not in the keyring";
        }

        if (result.ExitCode != 0 || !words.Contains("VALIDSIG"))
        {
            return "the signature is not valid (expired or revoked key?)";
        }

        return !HasTrust || words.Contains("TRUST_FULLY") || words.Contains("TRUST_ULTIMATE") ? null : "it is signed by a key that nobody we trust vouches for";
    }

    private static async Task MakeAsync(string home, string file, string stem, bool hasTrust, Sandbox tools, CancellationToken cancellation)
    {
        File.SetUnixFileMode(home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var part in new[] { stem + ".gpg", stem + "-trusted", stem + "-revoked" }.Where(File.Exists))
        {
            File.Copy(part, Path.Combine(home, Path.GetFileName(part)));
        }

        // Afterwards it is read-only, so nothing may want to lock it (as pacman-key sets it up, too).
        await File.WriteAllTextAsync(Path.Combine(home, "gpg.conf"), "no-greeting\nno-permission-warning\nlock-never\n", cancellation).ConfigureAwait(false);
        var inside = tools.WithBinds(new Bind(home));
        if (hasTrust)
        {
            var configuration = Path.Combine(home, "pacman.conf");
            await File.WriteAllTextAsync(configuration, "[options]\n", cancellation).ConfigureAwait(false);
            string[] common = ["--config", configuration, "--gpgdir", home];
            await inside.RunAsync(new Command("pacman-key", [.. common, "--init"]), cancellation).ConfigureAwait(false);
            await inside.RunAsync(new Command("pacman-key", [.. common, "--populate-from", home, "--populate", Path.GetFileName(stem)]), cancellation).ConfigureAwait(false);
        }
        else
        {
            await inside.RunAsync(Command.Of("gpg", "--homedir", home, "--batch", "--import", Path.Combine(home, Path.GetFileName(stem) + ".gpg")), cancellation).ConfigureAwait(false);
        }
    }
}
