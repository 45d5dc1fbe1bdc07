// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Definition;
using Banana.Definition.Model;

namespace Banana.Cli;

/// <summary>Where the maker's files are: the checkout that the launcher was started from.</summary>
internal static class Checkout
{
    /// <summary>The top of the checkout; the working directory when the tool was started without the launcher.</summary>
    public static string Home { get; } = Environment.GetEnvironmentVariable("BANANA_HOME") is { Length: > 0 } home ? home : Environment.CurrentDirectory;

    /// <summary>Where releases are built to.</summary>
    public static string Out => Path.Combine(Home, "out");

    /// <summary>What this machine does differently.</summary>
    public static LocalConfiguration ReadLocal() => LocalConfigurationLoader.Load(Path.Combine(Home, LocalConfigurationLoader.FileName));
}
