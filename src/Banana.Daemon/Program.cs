// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Reflection;
using Banana.Foundation.Errors;

// The program of the device: bananad, and bananactl by its other name. This is its one place that writes to the console.
#pragma warning disable RS0030
if (args is ["--version"])
{
    Console.Out.WriteLine($"bananad {Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion}");
    return (int)ExitCode.Success;
}

Console.Error.WriteLine(args is [var first, ..] ? $"bananad: there is no command '{first}'; the only one is --version" : "bananad: there is nothing to do without a command; the only one is --version");
return (int)ExitCode.Usage;
