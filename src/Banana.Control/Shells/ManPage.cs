// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.CommandLine;
using System.CommandLine.Help;
using System.Text;
using Banana.Foundation.Errors;

namespace Banana.Control.Shells;

/// <summary>The manual page bananactl(1), in the language of man(7).</summary>
internal static class ManPage
{
    /// <summary>Its text.</summary>
    public static string Of(Command root)
    {
        var text = new StringBuilder(".\\\" SPDX-FileCopyrightText: Banana contributors\n.\\\" SPDX-License-Identifier: CC0-1.0\n.TH BANANACTL 1 \"\" Banana \"Banana\"\n.SH NAME\nbananactl \\- updates of this machine\n.SH SYNOPSIS\n.B bananactl\nCOMMAND [OPTIONS]\n.SH DESCRIPTION\n");
        text.Append($"{Escape(root.Description)}.\nIt asks the service bananad, which the system bus starts when it is needed.\n.SH COMMANDS\n");
        foreach (var command in ShellCommands.Visible(root))
        {
            var arguments = string.Concat(command.Arguments.Select(argument => argument.Arity.MinimumNumberOfValues == 0 ? $" [{argument.Name}]" : $" {argument.Name}"));
            text.Append($".TP\n\\fB{command.Name}\\fR{Escape(arguments)}\n{Escape(command.Description)}.\n.RS\n");
            foreach (var argument in command.Arguments)
            {
                text.Append($".TP\n{Escape(argument.Name)}\n{Escape(argument.Description)}.\n");
            }

            foreach (var option in command.Options.Where(option => !option.Hidden))
            {
                text.Append($".TP\n\\fB{Escape(string.Join(", ", option.Aliases.Prepend(option.Name)))}\\fR\n{Escape(option.Description)}.\n");
            }

            text.Append(".RE\n");
        }

        text.Append(".SH OPTIONS\n");
        foreach (var option in root.Options.Where(option => option is { Recursive: true, Hidden: false } and not HelpOption))
        {
            text.Append($".TP\n\\fB{Escape(option.Name)}\\fR\n{Escape(option.Description)}.\n");
        }

        text.Append(".SH EXIT STATUS\n");
        foreach (var code in Enum.GetValues<ExitCode>())
        {
            text.Append($".TP\n{(int)code}\n{code}\n");
        }

        return text.Append(".SH FILES\n.TP\n/etc/banana/updates.json\nWhere updates come from, and when.\n.SH SEE ALSO\nupdatectl(1), systemd\\-boot(7)").ToString();
    }

    private static string Escape(string? text) => (text ?? string.Empty).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal).TrimEnd('.');
}
