// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Banana.Cli.Terminal;

namespace Banana.Cli.Help;

/// <summary>The help of <c>banana</c> itself: commands by group. Commands have the library's help.</summary>
/// <param name="root">The program.</param>
/// <param name="groups">All commands.</param>
internal sealed class RootHelp(RootCommand root, IReadOnlyList<CommandGroup> groups) : SynchronousCommandLineAction
{
    private readonly HelpAction others = new();

    /// <summary>Makes the program from its commands: without a command it shows the help.</summary>
    public static RootCommand CreateRoot(string description, params IReadOnlyList<CommandGroup> groups)
    {
        var root = new RootCommand(description) { TreatUnmatchedTokensAsErrors = true };
        foreach (var command in groups.SelectMany(group => group.Commands))
        {
            root.Subcommands.Add(command);
        }

        root.Options.Add(CommandHost.Verbose);
        var help = new RootHelp(root, groups);
        foreach (var option in root.Options)
        {
            if (option is HelpOption)
            {
                option.Action = help;
                option.Description = "Show what a command does and its options";
            }
            else if (option is VersionOption)
            {
                option.Description = "Show the version of banana";
            }
        }

        root.SetAction(_ => help.Show());
        return root;
    }

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult) => parseResult.CommandResult.Command == root ? Show() : others.Invoke(parseResult);

    private int Show()
    {
        var width = groups.SelectMany(group => group.Commands).Max(command => command.Name.Length) + 3;
        TerminalOutput.Result(root.Description ?? string.Empty);
        TerminalOutput.Result("\nUsage: banana COMMAND [OPTION…]");
        foreach (var group in groups)
        {
            TerminalOutput.Result($"\n{group.Title}:");
            foreach (var command in group.Commands)
            {
                TerminalOutput.Result($"  {command.Name.PadRight(width)}{command.Description}");
            }
        }

        TerminalOutput.Result("\nOptions of every command:");
        foreach (var option in root.Options)
        {
            TerminalOutput.Result($"  {option.Name.PadRight(width + 6)}{option.Description}");
        }

        TerminalOutput.Result("\n'banana COMMAND --help' tells more about a command; docs/ in the checkout tells the rest.");
        return 0;
    }
}
