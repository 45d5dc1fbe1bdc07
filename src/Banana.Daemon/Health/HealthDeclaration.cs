// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text.Json;
using System.Text.Json.Serialization;
using Banana.Foundation.Errors;

namespace Banana.Daemon.Health;

/// <summary>What a check looks at.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CheckKind>))]
internal enum CheckKind
{
    /// <summary>Each of these units is active.</summary>
    [JsonStringEnumMemberName("active")]
    Active,

    /// <summary>One of these units is active.</summary>
    [JsonStringEnumMemberName("any-active")]
    AnyActive,

    /// <summary>None of the units that these patterns match has failed.</summary>
    [JsonStringEnumMemberName("not-failed")]
    NotFailed,

    /// <summary>This service answers on the system bus.</summary>
    [JsonStringEnumMemberName("answers")]
    Answers,

    /// <summary>The screen shows a session whose compositor runs, or there is no screen.</summary>
    [JsonStringEnumMemberName("graphical-session")]
    GraphicalSession,

    /// <summary>This program ends with 0; else the first line that it prints is what is wrong.</summary>
    [JsonStringEnumMemberName("program")]
    Program,
}

/// <summary>A check as the image declares it: a file in <c>/usr/lib/banana/health.d</c>, named <c>NN-NAME.json</c> (docs/device.md).</summary>
internal sealed record HealthDeclaration
{
    /// <summary>Where declarations are, below the root.</summary>
    public const string Folder = "usr/lib/banana/health.d";

    /// <summary>What it looks at.</summary>
    public required CheckKind Kind { get; init; }

    /// <summary>The units, for <see cref="CheckKind.Active"/>, <see cref="CheckKind.AnyActive"/> and, with * and ?, <see cref="CheckKind.NotFailed"/>.</summary>
    public IReadOnlyList<string> Units { get; init => field = value ?? []; } = [];

    /// <summary>The name on the bus, for <see cref="CheckKind.Answers"/>.</summary>
    public string? Service { get; init; }

    /// <summary>Its object.</summary>
    public string? Path { get; init; }

    /// <summary>The name of the compositor's process, for <see cref="CheckKind.GraphicalSession"/>.</summary>
    public string? Compositor { get; init; }

    /// <summary>The program and its arguments, for <see cref="CheckKind.Program"/>.</summary>
    public IReadOnlyList<string> Command { get; init => field = value ?? []; } = [];

    /// <summary>All declarations, in the order of their files' names.</summary>
    /// <param name="root">The root of the file system.</param>
    /// <exception cref="BananaException">One is malformed. The image was made so, and is not healthy.</exception>
    public static IReadOnlyList<(string Name, HealthDeclaration Check)> ReadAll(string root)
    {
        var folder = System.IO.Path.Combine(root, Folder);
        return Directory.Exists(folder)
            ? [.. Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal).Select(path => (NameOf(path), Parse(File.ReadAllBytes(path), path)))]
            : [];
    }

    /// <summary>Reads one.</summary>
    /// <param name="json">Its bytes.</param>
    /// <param name="where">Its file, for errors.</param>
    public static HealthDeclaration Parse(ReadOnlySpan<byte> json, string where)
    {
        try
        {
            var check = JsonSerializer.Deserialize(json, HealthContext.Default.HealthDeclaration) ?? throw new JsonException("the file holds nothing");
            var isComplete = check.Kind switch
            {
                CheckKind.Answers => check is { Service.Length: > 0, Path.Length: > 0 },
                CheckKind.GraphicalSession => check.Compositor is { Length: > 0 },
                CheckKind.Program => check.Command.Count > 0,
                _ => check.Units.Count > 0,
            };
            return isComplete ? check : throw new JsonException($"a check of this kind needs {(check.Kind switch { CheckKind.Answers => "'service' and 'path'", CheckKind.GraphicalSession => "'compositor'", CheckKind.Program => "'command'", _ => "'units'" })}");
        }
        catch (JsonException error)
        {
            throw new BananaException(ExitCode.BadInput, error.Message.ReplaceLineEndings(" "), where, "write it as docs/device.md says", error);
        }
    }

    private static string NameOf(string path)
    {
        var name = System.IO.Path.GetFileNameWithoutExtension(path);
        return name.Length > 3 && char.IsAsciiDigit(name[0]) && char.IsAsciiDigit(name[1]) && name[2] == '-' ? name[3..] : name;
    }
}

/// <summary>Reads declarations strictly.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false, ReadCommentHandling = JsonCommentHandling.Skip)]
[JsonSerializable(typeof(HealthDeclaration))]
internal sealed partial class HealthContext : JsonSerializerContext;
