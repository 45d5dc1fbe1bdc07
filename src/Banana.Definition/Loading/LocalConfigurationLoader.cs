// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Definition.Model;
using Banana.Definition.Schemas;
using Banana.Definition.Yaml;
using Banana.Foundation.Errors;

namespace Banana.Definition;

/// <summary>Reads what one maker's machine does differently.</summary>
public static class LocalConfigurationLoader
{
    /// <summary>The name of the file, at the top of the checkout.</summary>
    public const string FileName = "banana.local.yaml";

    /// <summary>Reads the file; when there is none, everything has its default. The environment (BANANA_CACHE) wins over the file.</summary>
    /// <param name="path">The file. A relative cache folder is taken from its folder.</param>
    /// <exception cref="BananaException"><see cref="ExitCode.BadInput"/>: something is wrong in the file; the message has file, line and column.</exception>
    public static LocalConfiguration Load(string path) => Load(path, Environment.GetEnvironmentVariable);

    /// <summary>Reads the file, with the environment as an input.</summary>
    internal static LocalConfiguration Load(string path, Func<string, string?> environment)
    {
        path = Path.GetFullPath(path);
        var map = File.Exists(path) ? new Mapping(DefinitionSchemas.Local, YamlReader.ReadFile(path)) : null;
        var home = environment("HOME") is { Length: > 0 } set ? set : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var cache = environment("BANANA_CACHE") is { Length: > 0 } forced ? Path.GetFullPath(forced)
            : map?.Text("cache") is { } written ? Path.GetFullPath(written.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(home, written[2..]) : written, Path.GetDirectoryName(path)!)
            : Path.Combine(environment("XDG_CACHE_HOME") is { Length: > 0 } xdg && Path.IsPathRooted(xdg) ? xdg : Path.Combine(home, ".cache"), "banana");
        var local = new LocalConfiguration { Cache = cache };
        return map is null ? local : local with
        {
            Mirrors = map.TextByName("mirrors").ToDictionary(pair => pair.Key, pair => pair.Value.TrimEnd('/'), StringComparer.Ordinal),
            Proxy = map.Text("proxy"),
            Locale = map.Text("locale"),
            ParallelDownloads = map.Number("parallel-downloads", local.ParallelDownloads),
            File = SourcePosition.Display(path),
        };
    }

    /// <summary>Puts the machine's mirrors in place of the definition's.</summary>
    /// <exception cref="BananaException"><see cref="ExitCode.BadInput"/>: there is no base of that name.</exception>
    public static OsDefinition Apply(OsDefinition definition, LocalConfiguration local)
    {
        if (local.Mirrors.Keys.FirstOrDefault(name => !definition.Bases.ContainsKey(name)) is { } unknown)
        {
            throw Refusal.Unknown(new SourcePosition(local.File ?? FileName), "base in 'mirrors'", unknown, definition.Bases.Keys);
        }

        return definition with
        {
            Bases = definition.Bases.ToDictionary(
                pair => pair.Key,
                pair => local.Mirrors.TryGetValue(pair.Key, out var mirror) ? pair.Value with { Mirror = mirror } : pair.Value,
                StringComparer.Ordinal),
        };
    }
}
