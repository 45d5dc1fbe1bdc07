// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.CommandLine;
using Banana.Cli.Keys;
using Banana.Cli.Setup;
using Banana.Cli.Terminal;
using Banana.Cli.Workbenches;
using Banana.Foundation.Errors;
using Banana.Foundation.Progress;
using Banana.Releases.Maintenance;
using Banana.Releases.Publishing;
using Banana.Releases.Stores;

namespace Banana.Cli.Releasing;

/// <summary>The commands that look after a repository: promote, withdraw, prune, verify.</summary>
internal static class RepositoryCommands
{
    /// <summary><c>banana promote EDITION/VERSION --from C --to C --repo REPO</c>.</summary>
    public static Command Promote()
    {
        var release = RepositoryOptions.Release();
        var from = new Option<string>("--from") { Description = "The channel that has it", Required = true, HelpName = "CHANNEL" };
        var to = new Option<string>("--to") { Description = "The channel that gets it", Required = true, HelpName = "CHANNEL" };
        var (repository, keys, passphrase) = (RepositoryOptions.Repository(), RepositoryOptions.Keys(), KeysCommand.PassphraseFile());
        var command = new Command("promote", "Offer a release of one channel in another: the same digests, never a rebuild") { release, from, to, repository, keys, passphrase };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (edition, version) = RepositoryOptions.Parse(parsed.GetRequiredValue(release));
            var target = PublishCommand.CheckChannel(parsed.GetRequiredValue(to));
            var entry = await RepositoryOptions.UseAsync(
                parsed.GetRequiredValue(repository), parsed.GetRequiredValue(keys), parsed.GetValue(passphrase),
                (store, folder) => new ChannelEditor(store, folder.Keys, TimeProvider.System).PromoteAsync(edition, version, parsed.GetRequiredValue(from), target, cancellation));
            TerminalOutput.Result($"{entry.Edition} {entry.Version} is in {target}, with the manifest {entry.Target.Hashes.Preferred}");
            return (int)ExitCode.Success;
        });
        return command;
    }

    /// <summary><c>banana withdraw EDITION/VERSION --reason TEXT --repo REPO</c>.</summary>
    public static Command Withdraw()
    {
        var release = RepositoryOptions.Release();
        var reason = new Option<string>("--reason") { Description = "Why, in a sentence that users read", Required = true, HelpName = "TEXT" };
        reason.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is not { Length: > 0 and <= 1000 } text || string.IsNullOrWhiteSpace(text) || text.Any(char.IsControl))
            {
                result.AddError("--reason takes one line of text");
            }
        });
        var (repository, keys, passphrase, gpg) = (RepositoryOptions.Repository(), RepositoryOptions.Keys(), KeysCommand.PassphraseFile(), RepositoryOptions.GpgHome());
        var command = new Command("withdraw", "Take a bad release back in all channels: no device installs it, and those that have it show the reason") { release, reason, repository, keys, passphrase, gpg };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (edition, version) = RepositoryOptions.Parse(parsed.GetRequiredValue(release));
            using var maker = await MakerEnvironment.OpenAsync(Need.Inspect, null, parsed.GetValue(CommandHost.Verbose), cancellation);
            var sign = await ChecksumSigner.OfAsync(maker, parsed.GetValue(gpg), cancellation);
            var roles = await RepositoryOptions.UseAsync(
                parsed.GetRequiredValue(repository), parsed.GetRequiredValue(keys), parsed.GetValue(passphrase),
                (store, folder) => new ChannelEditor(store, folder.Keys, TimeProvider.System, sign).WithdrawAsync(edition, version, parsed.GetRequiredValue(reason), cancellation));
            TerminalOutput.Result($"{edition} {version} is withdrawn from {string.Join(", ", roles)}");
            return (int)ExitCode.Success;
        });
        return command;
    }

    /// <summary><c>banana prune --repo REPO</c>.</summary>
    public static Command Prune()
    {
        var (repository, keys, passphrase, gpg) = (RepositoryOptions.Repository(), RepositoryOptions.Keys(), KeysCommand.PassphraseFile(), RepositoryOptions.GpgHome());
        var keep = new Option<int>("--keep") { Description = "How many releases of each channel stay, beside those that are withdrawn and newer", DefaultValueFactory = _ => new PrunePolicy().Releases };
        keep.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 10000)
            {
                result.AddError("--keep takes a number from 1");
            }
        });
        var dry = new Option<bool>("--dry-run") { Description = "Only say what would go" };
        var command = new Command("prune", "Remove old releases and what nothing refers to any more") { repository, keys, passphrase, gpg, keep, dry };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var maker = await MakerEnvironment.OpenAsync(Need.Inspect, null, parsed.GetValue(CommandHost.Verbose), cancellation);
            var sign = await ChecksumSigner.OfAsync(maker, parsed.GetValue(gpg), cancellation);
            var report = await RepositoryOptions.UseAsync(
                parsed.GetRequiredValue(repository), parsed.GetRequiredValue(keys), parsed.GetValue(passphrase),
                (store, folder) => new Pruner(store, folder.Keys, TimeProvider.System, maker.Progress).PruneAsync(new PrunePolicy(parsed.GetValue(keep)), parsed.GetValue(dry), sign, cancellation));
            var verb = parsed.GetValue(dry) ? "would go" : "gone";
            TerminalOutput.Result($"{verb}: {report.Objects} objects, {ByteSize.Format(report.Bytes)}{string.Concat(report.Releases.Select(release => $"\n  {release}"))}");
            return (int)ExitCode.Success;
        });
        return command;
    }

    /// <summary><c>banana verify REPO</c>.</summary>
    public static Command Verify()
    {
        var repository = new Argument<string>("REPO") { Description = "The repository: a folder, s3://BUCKET/PREFIX, or the address of a server" };
        var command = new Command("verify", "Read a whole repository again: signatures, every digest, every chunk; name what is missing, corrupt, or needed by nothing") { repository };
        command.SetAction(async (parsed, cancellation) =>
        {
            var where = parsed.GetRequiredValue(repository);
            using var store = ReleaseStores.Open(where);
            var progress = new TerminalProgress(parsed.GetValue(CommandHost.Verbose));
            var report = await TufErrors.ExplainAsync(where, () => new RepositoryVerifier(store, TimeProvider.System, progress).VerifyAsync(cancellation));
            foreach (var (finding, key, text) in report.Findings)
            {
                TerminalOutput.Result($"{(finding switch { Finding.Missing => "missing", Finding.Corrupt => "corrupt", _ => "orphaned" })}  {key}: {text}");
            }

            return report.IsSound
                ? (int)ExitCode.Success
                : throw new BananaException(ExitCode.Untrusted, $"{report.Findings.Count(finding => finding.Finding != Finding.Orphaned)} objects are missing or corrupt", where, "publish the releases again that need them");
        });
        return command;
    }
}
