// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.CommandLine;
using Banana.Cli.Terminal;
using Banana.Foundation.Errors;
using Banana.Foundation.Files;
using Banana.Tuf.Keys;
using Banana.Tuf.Metadata;
using Banana.Tuf.Repository;

namespace Banana.Cli.Keys;

/// <summary><c>banana keys make FOLDER</c>: one key, or all keys of a new repository and its first metadata.</summary>
internal static class MakeKeys
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var folder = new Argument<string>("FOLDER") { Description = "Where the private keys are put; not a folder that is published" };
        var name = new Option<string?>("--name") { Description = "Make this one key only: NAME.pem, and NAME.pub to hand over" };
        var to = new Option<string?>("--to") { Description = "Begin a repository: the folder of its metadata, such as REPO/metadata" };
        var rootKeys = new Option<string[]>("--root-key") { Description = "A public key (.pub) that signs the root; without one a root key is made here", DefaultValueFactory = _ => [] };
        var threshold = new Option<int>("--threshold") { Description = "How many root keys have to sign", DefaultValueFactory = _ => 1 };
        var kind = new Option<KeyKind>("--type") { Description = "The type of the keys: Ed25519, Ecdsa or Rsa", DefaultValueFactory = _ => KeyKind.Ed25519 };
        var passphrase = KeysCommand.PassphraseFile();
        var command = new Command("make", "Make a key, or the keys of a new repository: root, targets, snapshot and timestamp") { folder, name, to, rootKeys, threshold, kind, passphrase };
        command.SetAction(async (parsed, cancellation) =>
        {
            var secret = KeyFolder.Passphrase(parsed.GetValue(passphrase));
            var into = parsed.GetRequiredValue(folder);
            if (parsed.GetValue(name) is { } one)
            {
                using var key = KeyFolder.Make(into, one, parsed.GetValue(kind), secret);
                TerminalOutput.Result($"{key.Public.Id}  {Path.Combine(into, one)}.pem");
                return 0;
            }

            var metadata = parsed.GetValue(to) ?? throw new BananaException(ExitCode.Usage, "'keys make' needs --to (the metadata folder of a new repository) or --name (one key)");
            return await TufErrors.ExplainAsync(metadata, () => BeginAsync(into, metadata, parsed.GetValue(rootKeys)!, parsed.GetValue(threshold), parsed.GetValue(kind), secret, cancellation));
        });
        return command;
    }

    private static async Task<int> BeginAsync(string folder, string metadata, string[] rootKeys, int threshold, KeyKind kind, string? secret, CancellationToken cancellation)
    {
        if (Directory.Exists(metadata) && Directory.EnumerateFileSystemEntries(metadata).Any())
        {
            throw new BananaException(ExitCode.BadInput, "this folder is not empty", metadata, "a repository is begun once; 'banana keys rotate' changes its keys");
        }

        List<PublicKey> root = [.. rootKeys.Select(KeyFile.ReadPublic)];
        if (threshold < 1 || threshold > Math.Max(1, root.Count))
        {
            throw new BananaException(ExitCode.Usage, $"{threshold} signatures cannot be had from {Math.Max(1, root.Count)} root keys; name more with --root-key");
        }

        List<PrivateKey> made = [];
        try
        {
            if (root.Count == 0)
            {
                made.Add(KeyFolder.Make(folder, RoleNames.Root, kind, secret));
                root.Add(made[0].Public);
            }

            Dictionary<string, (IReadOnlyList<PublicKey> Keys, int Threshold)> roles = new(StringComparer.Ordinal) { [RoleNames.Root] = (root, threshold) };
            foreach (var role in RoleNames.TopLevel.Where(role => role != RoleNames.Root))
            {
                made.Add(KeyFolder.Make(folder, role, kind, secret));
                roles[role] = ([made[^1].Public], 1);
            }

            var repository = TufRepository.Create(roles, TimeProvider.System);
            var request = made.Where(key => root.Any(other => other.Id == key.Public.Id)).Aggregate(repository.ProposeRoot(first => first), (unsigned, key) => unsigned.Sign(key));
            if (request.IsComplete)
            {
                repository.Accept(request);
                new FolderRepository(metadata).Write(repository.Commit(made));
                TerminalOutput.Result($"{metadata} is a repository now; its keys are in {folder}. Keep a copy of root.pem where no machine reads it.");
                return 0;
            }

            var file = Path.Combine(folder, "1.root.sign");
            await AtomicFile.WriteAsync(file, request.Encode(), cancellation);
            TerminalOutput.Result($"{file} waits for {threshold} signatures of the root's keys.");
            TerminalOutput.Info($"On each machine that has one: banana keys sign {file} --key NAME.pem\nThen here: banana keys sign {file} --key {folder} --to {metadata}");
            return 0;
        }
        finally
        {
            made.ForEach(key => key.Dispose());
        }
    }
}
