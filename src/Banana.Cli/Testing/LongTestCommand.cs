// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.CommandLine;
using System.Globalization;
using Banana.Cli.Terminal;

namespace Banana.Cli.Testing;

/// <summary>Tests of which CI runs a seeded slice: the whole is a command of its own.</summary>
internal static class LongTestCommand
{
    private const int Least = 1000;

    /// <summary>Damage to what is read.</summary>
    public static Command Mutations() => Create(
        "mutations", "Give seeded damage to every parser of what comes from outside: metadata, manifest, delivery, index, chunk, patch, erofs, FAT",
        "How many mutations there are, over all parsers", 1_000_000, "MutationTests.", "BANANA_TEST_MUTATIONS");

    /// <summary>Updates that do not come to their end.</summary>
    public static Command KillPoints() => Create(
        "kill-points", "Cut the power at every I/O call of an update, with three retries each, and let every call fail in every way",
        "How often the power is cut", 10_000, "InterruptedUpdateTests.", "BANANA_TEST_KILL_POINTS");

    /// <summary>Every way in which a release can be broken.</summary>
    public static Command BrokenKinds()
    {
        var command = new Command("broken-kinds", "Boot machines whose new release is broken, in every way that is known, until they have gone back to the old one (half an hour where there is no KVM)");
        command.SetAction((parsed, cancellation) => RunAsync(parsed, "vm", "FallbackTests.Every_kind", "BANANA_TEST_BROKEN_KINDS", "all", cancellation));
        return command;
    }

    /// <summary>What a power cut leaves on a real disk.</summary>
    public static Command CrashStates() => Create(
        "crash-states", "Record every write of a device that updates in a virtual machine, and look at the states that a power cut can leave",
        "About how many different states are looked at", 25_000, "CrashStateTests.", "BANANA_TEST_CRASH_STATES", "vm");

    /// <summary>A release that works, booted again and again.</summary>
    public static Command HealthyBoots() => Create(
        "healthy-boots", "Boot a release that works again and again, every fifth time on a busy machine: it must never be left for the one before (a minute each where there is no KVM)",
        "How many boots", 20, "HealthyBootTests.", "BANANA_TEST_HEALTHY_BOOTS", "vm", least: 1);

    private static Command Create(string name, string what, string counted, int usual, string filter, string variable, string tier = "unit", int least = Least)
    {
        var count = new Option<int>("--count") { Description = counted, HelpName = "N", DefaultValueFactory = _ => usual };
        count.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < least)
            {
                result.AddError($"--count takes a number from {least}");
            }
        });
        var command = new Command(name, what) { count };
        command.SetAction((parsed, cancellation) => RunAsync(parsed, tier, filter, variable, parsed.GetValue(count).ToString(CultureInfo.InvariantCulture), cancellation));
        return command;
    }

    private static Task<int> RunAsync(ParseResult parsed, string tier, string filter, string variable, string value, CancellationToken cancellation) => TestCommand.RunAsync(
        [TestTier.All.First(each => each.Name == tier)],
        [filter],
        new(StringComparer.Ordinal) { [variable] = value },
        new TerminalProgress(parsed.GetValue(CommandHost.Verbose)),
        cancellation);
}
