// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.CommandLine;
using Banana.Cli.Terminal;
using Banana.Forge.Diff;
using Banana.Foundation.Errors;

namespace Banana.Cli.Diff;

/// <summary><c>banana diff A B</c>: what is different between two releases, images or disks.</summary>
internal static class DiffCommand
{
    private const int DefaultLines = 40;

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var a = new Argument<string>("A") { Description = "A release folder, an erofs image or a disk image" };
        var b = new Argument<string>("B") { Description = "The one to compare it with" };
        var json = new Option<bool>("--json") { Description = "Print all differences as JSON (docs/formats.md)" };
        var exitCode = new Option<bool>("--exit-code") { Description = "Exit with 10 when there is a difference" };
        var files = new Option<int>("--files")
        {
            Description = $"How many files to list, or 'all' (default: {DefaultLines})",
            HelpName = "N",
            DefaultValueFactory = _ => DefaultLines,
            CustomParser = result =>
            {
                if (result.Tokens is [{ Value: "all" }])
                {
                    return int.MaxValue;
                }

                if (result.Tokens is [var token] && int.TryParse(token.Value, out var count) && count >= 0)
                {
                    return count;
                }

                result.AddError("--files takes a number or 'all'");
                return 0;
            },
        };
        var command = new Command("diff", "Show what is different between two releases or images") { a, b, json, files, exitCode };
        command.SetAction(async (parsed, cancellation) =>
        {
            var progress = new TerminalProgress(parsed.GetValue(CommandHost.Verbose));
            using var sideA = DiffSide.Open(parsed.GetRequiredValue(a));
            using var sideB = DiffSide.Open(parsed.GetRequiredValue(b));
            var diff = await ReleaseComparer.CompareAsync(sideA, sideB, progress, cancellation);
            if (parsed.GetValue(json))
            {
                TerminalOutput.Result(DiffJson.Write(diff));
            }
            else
            {
                foreach (var line in DiffReport.Lines(diff, sideA.Title, sideB.Title, parsed.GetValue(files)))
                {
                    TerminalOutput.Result(line);
                }
            }

            return (int)(parsed.GetValue(exitCode) && !diff.Identical ? ExitCode.Different : ExitCode.Success);
        });
        return command;
    }
}
