// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.CommandLine;
using Banana.Cli.Keys;
using Banana.Cli.Setup;
using Banana.Cli.Terminal;
using Banana.Cli.Workbenches;
using Banana.Formats.Patches;
using Banana.Formats.Release;
using Banana.Foundation.Errors;
using Banana.Foundation.Progress;
using Banana.Releases.Publishing;

namespace Banana.Cli.Releasing;

/// <summary><c>banana publish RELEASE --channel C --to REPO</c>: brings a release to devices.</summary>
internal static class PublishCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var release = new Argument<string>("RELEASE") { Description = "The folder that 'banana build' wrote the release to" };
        var channel = new Option<string>("--channel") { Description = "The channel: testing, enthusiast, stable, …", Required = true };
        var to = RepositoryOptions.Repository("--to");
        var keys = RepositoryOptions.Keys();
        var passphrase = KeysCommand.PassphraseFile();
        var gpg = RepositoryOptions.GpgHome();
        var patches = new Option<int>("--patches") { Description = "For how many earlier releases patches are made", DefaultValueFactory = _ => 3 };
        patches.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 0 or > 100)
            {
                result.AddError("--patches takes a number from 0 to 100");
            }
        });
        var command = new Command("publish", "Publish a release: parts, chunks, patches, signed metadata") { release, channel, to, keys, passphrase, gpg, patches };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var maker = await MakerEnvironment.OpenAsync(Need.Build, "publishing", parsed.GetValue(CommandHost.Verbose), cancellation);
            var found = ReleaseDirectory.Open(parsed.GetRequiredValue(release));
            var repository = parsed.GetRequiredValue(to);
            var workbench = await maker.WorkbenchAsync(MakerEnvironment.Tools, maker.HostContext, cancellation);
            var report = await RepositoryOptions.UseAsync(
                repository,
                parsed.GetRequiredValue(keys),
                parsed.GetValue(passphrase),
                (store, folder) => new Publisher(maker.Progress, TimeProvider.System).PublishAsync(
                    found,
                    store,
                    create: null,
                    new PublishOptions
                    {
                        Channel = CheckChannel(parsed.GetRequiredValue(channel)),
                        Keys = folder.Keys,
                        Libraries = ClusterLibraries.Of(workbench.Root),
                        SignChecksums = ChecksumSigner.Of(workbench, parsed.GetValue(gpg)),
                        PatchesFrom = parsed.GetValue(patches),
                    },
                    cancellation));
            TerminalOutput.Result($"{found.Manifest.Edition} {found.Manifest.Version} is in {parsed.GetRequiredValue(channel)} of {repository}\n{Prices(report.Delivery)}");
            return (int)ExitCode.Success;
        });
        return command;
    }

    /// <summary>What an update to a release costs each way, as lines.</summary>
    public static string Prices(ReleaseDelivery delivery)
    {
        var lines = new List<string>();
        var usr = delivery.Find(PartRole.Usr);
        lines.AddRange(delivery.Patches.Select(patch => $"  from {patch.From}, patch   {ByteSize.Format(patch.Object.Size)}"));
        lines.AddRange(usr?.Reuse.Select(reuse => $"  from {reuse.From}, chunks  {ByteSize.Format(reuse.Bytes + usr.Index!.Object.Size)} in {reuse.Requests + 1} requests") ?? []);
        lines.Add($"  from nothing           {ByteSize.Format(usr?.Object.Size ?? 0)}");
        return string.Join('\n', lines);
    }

    // Part of a role's name: <channel>-<edition>.
    internal static string CheckChannel(string channel) => channel.Length is > 0 and <= 32 && channel.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c))
        ? channel
        : throw new BananaException(ExitCode.Usage, $"'{channel}' is no name for a channel", next: "use lower-case letters and digits");
}
