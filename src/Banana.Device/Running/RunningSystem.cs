// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Globalization;
using System.Runtime.InteropServices;
using Banana.Formats.Boot;
using Banana.Formats.Release;
using Banana.Foundation.Errors;

namespace Banana.Device.Running;

/// <summary>The system that runs, by what it says of itself: os-release(5) of the image, and the kernel's command line.</summary>
public sealed record RunningSystem
{
    /// <summary>ID: the prefix of labels and boot entries.</summary>
    public required string Id { get; init; }

    /// <summary>PRETTY_NAME.</summary>
    public required string Name { get; init; }

    /// <summary>VARIANT_ID: the edition.</summary>
    public required string Edition { get; init; }

    /// <summary>IMAGE_VERSION.</summary>
    public required ReleaseVersion Version { get; init; }

    /// <summary>By systemd's name ("x86-64").</summary>
    public required string Architecture { get; init; }

    /// <summary>RELEASE_INDEX; null: the image does not say.</summary>
    public int? Index { get; init; }

    /// <summary>The root hash of /usr (<c>usrhash=</c>); null: /usr is not a verified image.</summary>
    public string? RootHash { get; init; }

    /// <summary>When it was built; it cannot be earlier now.</summary>
    public required DateTimeOffset BuildTime { get; init; }

    /// <summary>Reads it.</summary>
    /// <param name="root">The root of the file system, "/" on a device.</param>
    /// <exception cref="BananaException">This is not a system that Banana made.</exception>
    public static RunningSystem Read(string root = "/")
    {
        var path = Path.Combine(root, "usr/lib/os-release");
        var fields = File.Exists(path) ? Fields(File.ReadLines(path)) : throw NoSystem(path, "there is no such file");
        var commandLine = Path.Combine(root, "proc/cmdline");
        return new()
        {
            Id = Field("ID"),
            Name = fields.GetValueOrDefault("PRETTY_NAME", Field("ID")),
            Edition = Field("VARIANT_ID"),
            Version = ReleaseVersion.TryParse(Field("IMAGE_VERSION"), out var version) ? version : throw NoSystem(path, $"IMAGE_VERSION is '{Field("IMAGE_VERSION")}', and not a version of a release"),
            Architecture = ArchitectureName(RuntimeInformation.OSArchitecture),
            Index = fields.TryGetValue("RELEASE_INDEX", out var index) && int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null,
            RootHash = File.Exists(commandLine) ? KernelCommandLine.RootHash(File.ReadAllText(commandLine)) : null,
            BuildTime = new DateTimeOffset(File.GetLastWriteTimeUtc(path), TimeSpan.Zero),
        };

        string Field(string key) => fields.TryGetValue(key, out var value) && value.Length > 0 ? value : throw NoSystem(path, $"{key} is missing");
    }

    /// <summary>The assignments of os-release(5).</summary>
    public static IReadOnlyDictionary<string, string> Fields(IEnumerable<string> lines)
    {
        Dictionary<string, string> fields = new(StringComparer.Ordinal);
        foreach (var line in lines.Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#' && line.Contains('=', StringComparison.Ordinal)))
        {
            var (key, value) = (line[..line.IndexOf('=', StringComparison.Ordinal)], line[(line.IndexOf('=', StringComparison.Ordinal) + 1)..]);
            fields[key] = Unquote(value);
        }

        return fields;
    }

    // Shell-compatible: quoted or not, with a backslash before what is special.
    private static string Unquote(string value)
    {
        if (value.Length >= 2 && value[0] == '\'' && value[^1] == '\'')
        {
            return value[1..^1];
        }

        var inner = value.Length >= 2 && value[0] == '"' && value[^1] == '"' ? value[1..^1] : value;
        var text = new System.Text.StringBuilder(inner.Length);
        for (var at = 0; at < inner.Length; at++)
        {
            at += inner[at] == '\\' && at + 1 < inner.Length ? 1 : 0;
            text.Append(inner[at]);
        }

        return text.ToString();
    }

    private static string ArchitectureName(Architecture architecture) => architecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "x86-64",
        System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        var other => other.ToString().ToLowerInvariant(),
    };

    private static BananaException NoSystem(string path, string what) => new(ExitCode.BadInput, $"this is not a system that Banana made: {what}", path, "run this command on a device");
}
