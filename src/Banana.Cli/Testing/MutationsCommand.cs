// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.CommandLine;
using System.Globalization;
using Banana.Cli.Terminal;

namespace Banana.Cli.Testing;

/// <summary><c>banana test mutations</c>: the full run of what <c>banana test unit</c> does a slice of.</summary>
internal static class MutationsCommand
{
    private const int Least = 1000;

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var count = new Option<int>("--count") { Description = "How many mutations there are, over all parsers", HelpName = "N", DefaultValueFactory = _ => 1_000_000 };
        count.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < Least)
            {
                result.AddError($"--count takes a number from {Least}");
            }
        });
        var command = new Command("mutations", "Give seeded damage to every parser of what comes from outside: metadata, manifest, delivery, index, chunk, patch, erofs") { count };
        command.SetAction((parsed, cancellation) => TestCommand.RunAsync(
            [TestTier.All.First(tier => tier.Name == "unit")],
            ["MutationTests."],
            new(StringComparer.Ordinal) { ["BANANA_TEST_MUTATIONS"] = parsed.GetValue(count).ToString(CultureInfo.InvariantCulture) },
            new TerminalProgress(parsed.GetValue(CommandHost.Verbose)),
            cancellation));
        return command;
    }
}
