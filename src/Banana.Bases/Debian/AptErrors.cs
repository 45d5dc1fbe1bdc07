// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text.RegularExpressions;
using Banana.Definition.Model;
using Banana.Foundation.Errors;
using Banana.Foundation.Processes;

namespace Banana.Bases.Debian;

/// <summary>Turns apt's messages into one line with the right exit code.</summary>
internal static partial class AptErrors
{
    private const string CheckNetwork = "check the network and the mirror (banana.local.yaml can name another), then run the same command again";

    /// <summary>Explains why apt failed.</summary>
    public static BananaException Explain(CommandFailedException error, BaseDefinition definition, SuiteDefinition suite)
    {
        var text = error.Result.Error + error.Result.Output;
        var mirror = definition.Mirror;
        if (MissingPackage().Match(text) is { Success: true } missing)
        {
            return NoPackage(missing.Groups["name"].Value, suite, definition, error);
        }

        if (text.Contains("unmet dependencies", StringComparison.Ordinal) || text.Contains("Unable to satisfy dependencies", StringComparison.Ordinal))
        {
            return new BananaException(ExitCode.BadInput, $"the packages cannot be installed together in {suite.Name}: {Unmet(text)}", where: mirror, next: "leave one of them out of the definition, or wait until the suite is consistent again", inner: error);
        }

        if (text.Contains("is not valid yet", StringComparison.Ordinal) || text.Contains("is expired", StringComparison.Ordinal))
        {
            return new BananaException(ExitCode.Untrusted, $"the index of {suite.Name} is outside of its time of validity: {Line(text, "E: ")}", where: mirror, next: "check the clock; for a mirror that is frozen on purpose set 'checkValidUntil: false'", inner: error);
        }

        if (BadSignature().IsMatch(text))
        {
            return new BananaException(ExitCode.Untrusted, $"the index of {suite.Name} has no valid signature of a key in {Path.GetFileName(definition.Keyring)}: {Line(text, "signature", "signed", "Sub-process")}", where: mirror, next: "do not use this mirror, or correct the keyring of the base", inner: error);
        }

        if (text.Contains("Hash Sum mismatch", StringComparison.Ordinal) || text.Contains("unexpected size", StringComparison.Ordinal))
        {
            return new BananaException(ExitCode.Untrusted, $"an index of {suite.Name} is not what its signed Release file says: {Line(text, "Hash Sum mismatch", "unexpected size")}", where: mirror, next: "do not use this mirror, or wait until it is in order again", inner: error);
        }

        if (text.Contains("Failed to fetch", StringComparison.Ordinal) || text.Contains("does not have a Release file", StringComparison.Ordinal))
        {
            return new BananaException(ExitCode.Unreachable, $"cannot get the index of {suite.Name}: {Line(text, "Failed to fetch", "Release file")}", where: mirror, next: CheckNetwork, inner: error);
        }

        return error;
    }

    /// <summary>The error for a package that the suite does not have.</summary>
    public static BananaException NoPackage(string name, SuiteDefinition suite, BaseDefinition definition, Exception? inner = null) =>
        new(ExitCode.BadInput, $"there is no package '{name}' in {definition.Name} {suite.Name} ({string.Join(", ", suite.Components)})", where: definition.Mirror, next: "correct its name in the package sets of the definition", inner: inner);

    private static string Line(string text, params ReadOnlySpan<string> words)
    {
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            foreach (var word in words)
            {
                if (line.Contains(word, StringComparison.Ordinal) && (line.StartsWith("E:", StringComparison.Ordinal) || line.StartsWith("W:", StringComparison.Ordinal) || line.StartsWith("Err:", StringComparison.Ordinal)))
                {
                    return line[(line.IndexOf(':') + 1)..].Trim();
                }
            }
        }

        return "see --verbose";
    }

    private static string Unmet(string text)
    {
        // " foo : Depends: bar (>= 2) but it is not going to be installed"
        var lines = text.Split('\n').Where(line => line.Contains("Depends:", StringComparison.Ordinal) || line.Contains("Conflicts:", StringComparison.Ordinal) || line.Contains("Breaks:", StringComparison.Ordinal)).Select(line => line.Trim());
        return string.Join("; ", lines.Take(3));
    }

    [GeneratedRegex(@"Unable to locate package (?<name>\S+)|Package '?(?<name>[^\s']+)'? has no installation candidate|Couldn't find any package by (regex|glob) '(?<name>[^']+)'", RegexOptions.ExplicitCapture)]
    private static partial Regex MissingPackage();

    [GeneratedRegex(@"is not signed|NO_PUBKEY|BADSIG|EXPKEYSIG|REVKEYSIG|invalid signature|Missing key|OpenPGP signature verification failed|NOSPLIT|Clearsigned file isn't valid|signature verification", RegexOptions.IgnoreCase)]
    private static partial Regex BadSignature();
}
