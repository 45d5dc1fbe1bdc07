// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.CommandLine;
using Banana.Cli.Setup;
using Banana.Cli.Terminal;
using Banana.Cli.Workbenches;
using Banana.Formats.Release;
using Banana.Foundation.Errors;

namespace Banana.Cli.Build;

/// <summary><c>banana build</c>: makes a release from the definition and its lockfile.</summary>
internal static class BuildCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var edition = new Option<string>("--edition") { Description = "The edition to build", DefaultValueFactory = _ => "core" };
        var version = new Option<string?>("--version-id") { Description = "The version that the release gets, as YYYYMMDD.N; by default the day of its packages, number 1" };
        var output = new Option<string?>("--output") { Description = "The folder of all releases; by default out/ in the checkout" };
        var incremental = new Option<bool>("--incremental") { Description = "Make only the steps whose inputs changed (this is the default)" };
        var clean = new Option<bool>("--clean") { Description = "Make every step anew, whatever was made before" };
        var json = new Option<bool>("--json") { Description = "Print the manifest and the steps as JSON" };
        var command = new Command("build", "Build a release: from the locked packages to a disk image that boots") { edition, version, output, incremental, clean, json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(incremental) && result.GetValue(clean))
            {
                result.AddError("--incremental and --clean exclude each other");
            }
        });
        command.SetAction(async (parsed, cancellation) =>
        {
            using var environment = await MakerEnvironment.OpenAsync(Need.Build, "building", parsed.GetValue(CommandHost.Verbose), cancellation);
            var result = await new Maker(environment, environment.Progress).BuildAsync(
                parsed.GetValue(edition)!, ParseVersion(parsed.GetValue(version)), parsed.GetValue(output) ?? environment.Checkout.Out, parsed.GetValue(clean), cancellation);
            TerminalOutput.Result(parsed.GetValue(json) ? BuildJson.Compose(result) : BuildText.Compose(result));
            return (int)ExitCode.Success;
        });
        return command;
    }

    private static ReleaseVersion? ParseVersion(string? text) => text is null ? null
        : ReleaseVersion.TryParse(text, out var version) ? version
        : throw new BananaException(ExitCode.Usage, $"'{text}' is no version", "--version-id", "give a day and a number, like 20261130.1");
}
