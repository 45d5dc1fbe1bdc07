// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.CommandLine;

namespace Banana.Cli.Testing;

/// <summary><c>banana test [TIER…]</c>: builds and runs the tests.</summary>
internal static class TestCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create() => new("test", "Run the tests: unit, integration, vm, or all of them");
}
