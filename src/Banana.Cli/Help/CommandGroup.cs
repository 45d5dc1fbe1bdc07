// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.CommandLine;

namespace Banana.Cli.Help;

/// <summary>Commands that belong together, as the help shows them.</summary>
/// <param name="Title">What they are for.</param>
/// <param name="Commands">The commands, the most used first.</param>
internal sealed record CommandGroup(string Title, params IReadOnlyList<Command> Commands);
