// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Errors;

namespace Banana.Releases.Stores.S3;

/// <summary>
/// One profile of the files that S3 tools share (INI). A sample:
/// <code>
/// [default]
/// aws_access_key_id = AKIA…
/// aws_secret_access_key = …
/// </code>
/// In the configuration file the section of another profile is called <c>[profile NAME]</c>.
/// </summary>
internal static class S3Profile
{
    private const int MaximumLength = 1 << 20;

    public static Dictionary<string, string> Read(Func<string, string?> environment)
    {
        var name = environment("AWS_PROFILE") ?? "default";
        var home = environment("HOME") is { } folder ? Path.Combine(folder, ".aws") : null;
        Dictionary<string, string> values = new(StringComparer.Ordinal);
        Add(values, environment("AWS_CONFIG_FILE") ?? (home is null ? null : Path.Combine(home, "config")), [name == "default" ? name : $"profile {name}"]);
        Add(values, environment("AWS_SHARED_CREDENTIALS_FILE") ?? (home is null ? null : Path.Combine(home, "credentials")), [name]);
        return values;
    }

    private static void Add(Dictionary<string, string> values, string? path, string[] sections)
    {
        if (path is null || new FileInfo(path) is not { Exists: true } file)
        {
            return;
        }

        if (file.Length > MaximumLength)
        {
            throw new BananaException(ExitCode.BadInput, "this is no file of S3 settings: it is too long", where: path);
        }

        var wanted = false;
        var number = 0;
        foreach (var raw in File.ReadLines(path))
        {
            number++;
            var line = raw.Trim();
            if (line.Length == 0 || line[0] is '#' or ';')
            {
                continue;
            }

            if (line[0] == '[')
            {
                wanted = line[^1] == ']' && sections.Contains(line[1..^1].Trim(), StringComparer.Ordinal);
            }
            else if (wanted && !char.IsWhiteSpace(raw[0]))
            {
                // An indented line belongs to a nested setting of another service.
                var equals = line.IndexOf('=');
                if (equals < 1)
                {
                    throw new BananaException(ExitCode.BadInput, "this line is neither a [section] nor NAME = VALUE", where: $"{path}:{number}");
                }

                values[line[..equals].TrimEnd()] = line[(equals + 1)..].TrimStart();
            }
        }
    }
}
