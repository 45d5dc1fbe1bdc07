// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

namespace Banana.Tests.Unit;

/// <summary>The checkout that the tests were built from.</summary>
internal static class Checkout
{
    /// <summary>Its top folder: BANANA_HOME when <c>banana test</c> runs us, else the folder above us that holds the solution.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        if (Environment.GetEnvironmentVariable("BANANA_HOME") is { Length: > 0 } home)
        {
            return home;
        }

        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Banana.slnx")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("run the tests from a checkout, or set BANANA_HOME");
        }

        return folder;
    }
}
