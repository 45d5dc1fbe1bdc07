// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

namespace Banana.Tuf.CommandLine;

/// <summary>The command line could not be understood.</summary>
/// <param name="message">One line.</param>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>The words of a command line: a command, its argument, and options in any place.</summary>
internal sealed class ClientArguments
{
    /// <summary>What the program prints for <c>--help</c>.</summary>
    public const string Help = """
        A client of a TUF repository. Metadata that is trusted is kept in a folder.

          banana-tuf --metadata-dir DIR init TRUSTED_ROOT
          banana-tuf --metadata-dir DIR --metadata-url URL refresh
          banana-tuf --metadata-dir DIR --metadata-url URL --target-name PATH --target-base-url URL --target-dir DIR download

        init      begins with a root from a trusted source; nothing is fetched
        refresh   brings root, timestamp, snapshot and targets up to date
        download  refreshes, then fetches a target and keeps it when it is the one that the metadata names

        The exit code is 0 when all went well, else 1.
        """;

    private static readonly string[] Known = ["--metadata-dir", "--metadata-url", "--target-name", "--target-base-url", "--target-dir"];
    private readonly Dictionary<string, string> options = new(StringComparer.Ordinal);

    /// <summary>The command, or <c>help</c>.</summary>
    public required string Command { get; init; }

    /// <summary>The argument of <c>init</c>.</summary>
    public string? Argument { get; init; }

    /// <summary>Parses.</summary>
    public static ClientArguments Parse(string[] words)
    {
        Dictionary<string, string> given = new(StringComparer.Ordinal);
        List<string> rest = [];
        for (var i = 0; i < words.Length; i++)
        {
            var (name, value) = words[i].StartsWith("--", StringComparison.Ordinal) && words[i].IndexOf('=') is > 0 and var at ? (words[i][..at], words[i][(at + 1)..]) : (words[i], null);
            if (name is "--help" or "-h")
            {
                return new() { Command = "help" };
            }

            if (!Known.Contains(name, StringComparer.Ordinal))
            {
                rest.Add(!name.StartsWith("--", StringComparison.Ordinal) ? words[i] : throw new UsageException($"there is no option {name}; see 'banana-tuf --help'"));
            }
            else if (value is not null || ++i < words.Length)
            {
                given[name] = value ?? words[i];
            }
            else
            {
                throw new UsageException($"{name} needs a value; see 'banana-tuf --help'");
            }
        }

        if (rest.Count == 0 || rest.Count != (rest[0] == "init" ? 2 : 1))
        {
            throw new UsageException("one command is needed: init TRUSTED_ROOT, refresh or download; see 'banana-tuf --help'");
        }

        var parsed = new ClientArguments { Command = rest[0], Argument = rest.ElementAtOrDefault(1) };
        foreach (var (name, value) in given)
        {
            parsed.options[name] = value;
        }

        return parsed;
    }

    /// <summary>An option that the command needs.</summary>
    public string Required(string name) => options.TryGetValue(name, out var value) ? value : throw new UsageException($"'{Command}' needs {name}; see 'banana-tuf --help'");

    /// <summary>An option with an address.</summary>
    public Uri Address(string name) => Uri.TryCreate(Required(name), UriKind.Absolute, out var uri) && uri.Scheme is ("http" or "https")
        ? uri
        : throw new UsageException($"{name} is no address that begins with http:// or https://");
}
