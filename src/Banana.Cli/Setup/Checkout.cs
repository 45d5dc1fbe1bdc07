// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Definition;
using Banana.Definition.Model;
using Banana.Foundation.Errors;

namespace Banana.Cli.Setup;

/// <summary>The checkout that the tool works for, and what this machine does differently.</summary>
/// <param name="Root">The top folder, absolute.</param>
internal sealed record Checkout(string Root)
{
    /// <summary>The folder of the definition.</summary>
    public string DefinitionFolder => Path.Combine(Root, "os");

    /// <summary>Where releases are built to, unless the user names another folder.</summary>
    public string Out => Path.Combine(Root, "out");

    /// <summary>The checkout with the sources of our programs: this one, or else the one that the tool itself was built in, when this holds a definition only.</summary>
    public string Sources => Directory.Exists(Path.Combine(Root, "src")) ? Root : Above(AppContext.BaseDirectory)?.Root ?? Root;

    /// <summary>Finds the checkout: BANANA_HOME, which the launcher sets; else the nearest folder upwards of the current one or of the program.</summary>
    public static Checkout Find()
    {
        if (Environment.GetEnvironmentVariable("BANANA_HOME") is { Length: > 0 } home)
        {
            return new Checkout(Path.GetFullPath(home));
        }

        return new[] { Environment.CurrentDirectory, AppContext.BaseDirectory }.Select(Above).FirstOrDefault(found => found is not null)
            ?? throw new BananaException(ExitCode.Usage, "there is no checkout of Banana here", Environment.CurrentDirectory, "start the tool with ./banana in a checkout, or set BANANA_HOME");
    }

    /// <summary>Reads banana.local.yaml, or the defaults where there is none.</summary>
    public LocalConfiguration ReadLocalConfiguration() => LocalConfigurationLoader.Load(Path.Combine(Root, LocalConfigurationLoader.FileName));

    /// <summary>Whether files can be made in the checkout.</summary>
    public bool IsWritable()
    {
        try
        {
            using var probe = new FileStream(Path.Combine(Root, $".banana-{Environment.ProcessId}.tmp"), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            return true;
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException)
        {
            return false;
        }
    }

    private static Checkout? Above(string folder)
    {
        for (var next = folder; next is not null; next = Path.GetDirectoryName(next))
        {
            if (File.Exists(Path.Combine(next, "Banana.slnx")))
            {
                return new Checkout(next);
            }
        }

        return null;
    }
}
