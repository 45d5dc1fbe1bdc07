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

/// <summary><c>banana keys sign FILE</c>: adds signatures to a request that was carried here, and puts a complete one into the repository.</summary>
internal static class SignRequest
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "The request for signatures (….sign)" };
        var keys = new Option<string[]>("--key") { Description = "Private keys: files, or folders of them", DefaultValueFactory = _ => [] };
        var merge = new Option<string[]>("--merge") { Description = "Copies of the same request that others have signed", DefaultValueFactory = _ => [] };
        var to = new Option<string?>("--to") { Description = "Put the complete request into this metadata folder; the keys of what follows from it are needed too" };
        var passphrase = KeysCommand.PassphraseFile();
        var command = new Command("sign", "Sign a request that was carried to this machine, and show what it is") { file, keys, merge, to, passphrase };
        command.SetAction(async (parsed, cancellation) =>
        {
            var path = parsed.GetRequiredValue(file);
            using var hand = KeyFolder.Open(parsed.GetValue(keys)!, parsed.GetValue(passphrase));
            var request = await TufErrors.ExplainAsync(path, async () =>
            {
                var read = SigningRequest.Parse(await File.ReadAllBytesAsync(path, cancellation));
                foreach (var other in parsed.GetValue(merge)!)
                {
                    read = read.Merge(SigningRequest.Parse(await File.ReadAllBytesAsync(other, cancellation)));
                }

                var signed = SignWith(read, hand.Keys, out var count);
                if (count == 0 && hand.Keys.Count > 0 && parsed.GetValue(to) is null)
                {
                    throw new BananaException(ExitCode.BadInput, "none of these keys is asked to sign this", path, $"the keys are {string.Join(", ", read.Authorities.SelectMany(authority => authority.Keys.KeyIds).Distinct(StringComparer.Ordinal).Select(id => id[..Math.Min(12, id.Length)]))}");
                }

                await AtomicFile.WriteAsync(path, signed.Encode(), cancellation);
                return signed;
            });
            ShowProgress(request, path);
            return parsed.GetValue(to) is { } folder
                ? await TufErrors.ExplainAsync(folder, async () =>
                {
                    var store = new FolderRepository(folder);
                    var isNew = await store.ReadAsync(RoleNames.FileName(RoleNames.Root, 1), cancellation) is null;
                    var repository = isNew && request.Metadata is RootMetadata root ? Begin(root) : await TufRepository.LoadAsync(store, TimeProvider.System, cancellation: cancellation);
                    Publish(repository, request, hand.Keys, store, folder);
                    return 0;
                })
                : 0;
        });
        return command;
    }

    /// <summary>Signs with those of the keys that are asked to.</summary>
    public static SigningRequest SignWith(SigningRequest request, IReadOnlyList<PrivateKey> keys, out int count)
    {
        var asked = keys.Where(key => request.Authorities.Any(authority => authority.Keys.KeyIds.Contains(key.Public.Id, StringComparer.Ordinal))).ToList();
        count = asked.Count;
        return asked.Aggregate(request, (unsigned, key) => unsigned.Sign(key));
    }

    /// <summary>Takes a complete request into the repository, signs what follows from it, and writes.</summary>
    public static void Publish(TufRepository repository, SigningRequest request, IReadOnlyList<PrivateKey> keys, FolderRepository store, string folder)
    {
        repository.Accept(request);
        var files = repository.Commit([.. keys]);
        store.Write(files);
        TerminalOutput.Result($"{folder}: wrote {string.Join(", ", files.Select(written => written.Name))}");
    }

    /// <summary>What a request is for, and whose signatures are missing.</summary>
    public static void ShowProgress(SigningRequest request, string path)
    {
        TerminalOutput.Result($"{path}: {request.Role}, version {request.Metadata.Version}, until {request.Metadata.Expires:yyyy-MM-dd}");
        foreach (var (authority, signed, missing) in request.Progress)
        {
            TerminalOutput.Result($"  {signed.Count} of {authority.Keys.Threshold} signatures{(missing == 0 ? ", enough" : string.Empty)}");
            foreach (var id in authority.Keys.KeyIds)
            {
                TerminalOutput.Result($"    {(signed.Contains(id, StringComparer.Ordinal) ? "signed " : "       ")} {id}");
            }
        }
    }

    private static TufRepository Begin(RootMetadata root) => TufRepository.Create(
        RoleNames.TopLevel.ToDictionary(role => role, role => ((IReadOnlyList<PublicKey>)[.. root.Roles[role].KeyIds.Select(id => root.Keys[id])], root.Roles[role].Threshold), StringComparer.Ordinal),
        TimeProvider.System);
}
