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

/// <summary><c>banana keys rotate METADATA ROLE</c>: a new root in which a role has another key.</summary>
internal static class RotateKey
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var metadata = new Argument<string>("METADATA") { Description = "The metadata folder of the repository" };
        var role = new Argument<string>("ROLE") { Description = "root, targets, snapshot or timestamp" };
        role.AcceptOnlyFromAmong([.. RoleNames.TopLevel]);
        var added = new Option<string?>("--new") { Description = "The public key (.pub) that the role gets" };
        var removed = new Option<string?>("--old") { Description = "The key that the role loses: the first digits of its id ('banana keys show METADATA')" };
        var keys = new Option<string[]>("--key") { Description = "Private keys that are at hand: files, or folders of them", DefaultValueFactory = _ => [] };
        var passphrase = KeysCommand.PassphraseFile();
        var request = new Option<string?>("--request") { Description = "Where the request for signatures is written when keys are missing (default: N.root.sign in the current folder)" };
        var command = new Command("rotate", "Give a role a new key, take one away, or both") { metadata, role, added, removed, keys, passphrase, request };
        command.SetAction((parsed, cancellation) => TufErrors.ExplainAsync(parsed.GetRequiredValue(metadata), async () =>
        {
            if (parsed.GetValue(added) is null && parsed.GetValue(removed) is null)
            {
                throw new BananaException(ExitCode.Usage, "'keys rotate' needs --new, --old or both; see 'banana keys rotate --help'");
            }

            var folder = parsed.GetRequiredValue(metadata);
            var store = new FolderRepository(folder);
            var repository = await TufRepository.LoadAsync(store, TimeProvider.System, cancellation: cancellation);
            using var hand = KeyFolder.Open(parsed.GetValue(keys)!, parsed.GetValue(passphrase));
            var fresh = parsed.GetValue(added) is { } path ? KeyFile.ReadPublic(path) : null;
            var proposed = SignRequest.SignWith(repository.ProposeRoot(root => root.Rotate(parsed.GetRequiredValue(role), fresh, parsed.GetValue(removed))), hand.Keys, out _);
            if (proposed.IsComplete)
            {
                SignRequest.Publish(repository, proposed, hand.Keys, store, folder);
                return 0;
            }

            var file = parsed.GetValue(request) ?? $"{proposed.Metadata.Version}.root.sign";
            await AtomicFile.WriteAsync(file, proposed.Encode(), cancellation);
            SignRequest.ShowProgress(proposed, file);
            TerminalOutput.Info($"On each machine that has a root key: banana keys sign {file} --key NAME.pem\nThen here: banana keys sign {file} --key KEYS --to {folder}");
            return 0;
        }));
        return command;
    }
}
