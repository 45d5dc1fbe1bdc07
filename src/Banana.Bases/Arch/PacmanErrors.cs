// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text.RegularExpressions;
using Banana.Definition.Model;
using Banana.Foundation.Errors;
using Banana.Foundation.Processes;

namespace Banana.Bases.Arch;

/// <summary>Turns pacman's messages into one line with the right exit code.</summary>
internal static partial class PacmanErrors
{
    /// <summary>Explains why pacman failed to read the databases or to resolve.</summary>
    public static BananaException Explain(CommandFailedException error, BaseDefinition definition, SuiteDefinition suite)
    {
        var text = error.Result.Error + error.Result.Output;
        if (NotFound().Match(text) is { Success: true } missing)
        {
            return new BananaException(ExitCode.BadInput, $"there is no package '{missing.Groups["name"].Value}' in {definition.Name} {suite.Name} ({string.Join(", ", suite.Components)})", where: definition.Mirror, next: "correct its name in the package sets of the definition", inner: error);
        }

        if (text.Contains("signature", StringComparison.Ordinal) || text.Contains("unknown trust", StringComparison.Ordinal))
        {
            return new BananaException(ExitCode.Untrusted, $"a database of {suite.Name} has no valid signature: {FirstError(text)}", where: definition.Mirror, next: "do not use this mirror, or correct the keyring of the base", inner: error);
        }

        if (text.Contains("unable to satisfy dependency", StringComparison.Ordinal) || text.Contains("conflicting dependencies", StringComparison.Ordinal) || text.Contains("are in conflict", StringComparison.Ordinal))
        {
            return new BananaException(ExitCode.BadInput, $"the packages cannot be installed together: {FirstError(text)}", where: definition.Mirror, next: "leave one of them out of the definition", inner: error);
        }

        return text.Contains("failed retrieving file", StringComparison.Ordinal) || text.Contains("failed to synchronize", StringComparison.Ordinal)
            ? new BananaException(ExitCode.Unreachable, $"cannot get the databases of {suite.Name}: {FirstError(text)}", where: definition.Mirror, next: "check the network and the mirror (banana.local.yaml can name another), then run the same command again", inner: error)
            : error;
    }

    private static string FirstError(string text)
    {
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries))
        {
            if (line.StartsWith("error: ", StringComparison.Ordinal) || line.StartsWith("warning: ", StringComparison.Ordinal) || line.StartsWith(":: unable", StringComparison.Ordinal))
            {
                return line[(line.IndexOf(' ') + 1)..];
            }
        }

        return "see --verbose";
    }

    [GeneratedRegex(@"target not found: (?<name>\S+)", RegexOptions.ExplicitCapture)]
    private static partial Regex NotFound();
}
