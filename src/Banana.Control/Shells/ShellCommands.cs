// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.CommandLine;
using System.CommandLine.Help;
using System.Text;
using Banana.Foundation.Errors;

namespace Banana.Control.Shells;

/// <summary>What is made from the commands for shells and readers: completions and the man page. Called when the image is built.</summary>
internal static class ShellCommands
{
    private const string Licence = "# SPDX-FileCopyrightText: Banana contributors\n# SPDX-License-Identifier: CC0-1.0\n";

    /// <summary>Makes the commands that print them.</summary>
    /// <param name="root">The commands that are described.</param>
    /// <param name="output">Where they go.</param>
    public static IEnumerable<Command> Create(Command root, Output output)
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var completion = new Command("completion", "Print the completions of a shell") { shell };
        completion.SetAction(parsed => output.Result(Completion(root, parsed.GetValue(shell)!)));
        var man = new Command("man", "Print the manual page") { Hidden = true };
        man.SetAction(_ => output.Result(ManPage.Of(root)));
        return [completion, man];
    }

    /// <summary>The completions of a shell.</summary>
    public static string Completion(Command root, string shell) => shell switch
    {
        "bash" => Bash(root),
        "zsh" => Zsh(root),
        "fish" => Fish(root),
        _ => throw new BananaException(ExitCode.Usage, $"there are no completions for '{shell}'", next: "bash, zsh or fish"),
    };

    /// <summary>The commands that people see.</summary>
    internal static IEnumerable<Command> Visible(Command root) => root.Subcommands.Where(command => !command.Hidden);

    /// <summary>The options of a command, with those of the root that hold everywhere.</summary>
    internal static IEnumerable<Option> Options(Command root, Command command) =>
        command.Options.Concat(root.Options.Where(option => option is { Recursive: true } and not HelpOption)).Where(option => !option.Hidden).DistinctBy(option => option.Name, StringComparer.Ordinal);

    private static string Bash(Command root)
    {
        var text = new StringBuilder("# bash completion for bananactl\n").Append(Licence).Append("_bananactl() {\n    local word=\"${COMP_WORDS[COMP_CWORD]}\"\n    if [ \"$COMP_CWORD\" -eq 1 ]; then\n");
        text.Append($"        COMPREPLY=($(compgen -W \"{string.Join(' ', Visible(root).Select(command => command.Name))}\" -- \"$word\"))\n        return\n    fi\n    case \"${{COMP_WORDS[1]}}\" in\n");
        foreach (var command in Visible(root))
        {
            var words = Options(root, command).Select(option => option.Name).Concat(command.Name == "completion" ? ["bash", "zsh", "fish"] : []);
            text.Append($"        {command.Name}) COMPREPLY=($(compgen -W \"{string.Join(' ', words)}\" -- \"$word\")) ;;\n");
        }

        return text.Append("    esac\n}\ncomplete -F _bananactl bananactl").ToString();
    }

    private static string Zsh(Command root)
    {
        var text = new StringBuilder("#compdef bananactl\n").Append(Licence).Append("_bananactl() {\n  local -a commands\n  commands=(\n");
        foreach (var command in Visible(root))
        {
            text.Append($"    {Quote($"{command.Name}:{command.Description}")}\n");
        }

        text.Append("  )\n  if (( CURRENT == 2 )); then\n    _describe command commands\n    return\n  fi\n  case $words[2] in\n");
        foreach (var command in Visible(root))
        {
            var options = Options(root, command).Select(option => Quote($"{option.Name}[{option.Description?.Replace("[", "(", StringComparison.Ordinal).Replace("]", ")", StringComparison.Ordinal)}]"));
            text.Append($"    {command.Name}) _arguments {string.Join(' ', options)}{(command.Name == "completion" ? " '2:shell:(bash zsh fish)'" : string.Empty)} ;;\n");
        }

        return text.Append("  esac\n}\n_bananactl \"$@\"").ToString();
    }

    private static string Fish(Command root)
    {
        var text = new StringBuilder("# fish completion for bananactl\n").Append(Licence).Append("complete -c bananactl -f\n");
        foreach (var command in Visible(root))
        {
            text.Append($"complete -c bananactl -n __fish_use_subcommand -a {command.Name} -d {Quote(command.Description)}\n");
            foreach (var option in Options(root, command))
            {
                text.Append($"complete -c bananactl -n '__fish_seen_subcommand_from {command.Name}' -l {option.Name.TrimStart('-')} -d {Quote(option.Description)}\n");
            }
        }

        return text.Append("complete -c bananactl -n '__fish_seen_subcommand_from completion' -a 'bash zsh fish'").ToString();
    }

    private static string Quote(string? text) => $"'{text?.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
