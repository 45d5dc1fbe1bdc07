// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Formats.Boot;

/// <summary>A kernel's command line, as far as it says which /usr is mounted (systemd-veritysetup-generator(8)).</summary>
public static class KernelCommandLine
{
    private const string UsrHash = "usrhash=";

    /// <summary>The root hash of /usr, in lower case; the last one counts, as for systemd. Null: there is none, or it is no root hash.</summary>
    public static string? RootHash(string commandLine)
    {
        ArgumentNullException.ThrowIfNull(commandLine);
        var value = commandLine.Split([' ', '\n', '\t', '\0'], StringSplitOptions.RemoveEmptyEntries).LastOrDefault(word => word.StartsWith(UsrHash, StringComparison.Ordinal))?[UsrHash.Length..];
        return value is { Length: 64 } && value.All(char.IsAsciiHexDigit) ? value.ToLowerInvariant() : null;
    }
}
