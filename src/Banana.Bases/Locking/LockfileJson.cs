// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Banana.Foundation.Errors;
using Banana.Foundation.Files;
using Banana.Foundation.Hashing;

namespace Banana.Bases;

/// <summary>Reads and writes lockfiles; their form is in <c>docs/formats.md</c>. One package is one line, so that a diff of two lockfiles reads well.</summary>
public static class LockfileJson
{
    /// <summary>The text of a lockfile: the same for equal lockfiles.</summary>
    public static string Serialize(Lockfile lockfile)
    {
        var text = new StringBuilder();
        text.Append("{\n");
        text.Append($"  \"format\": {lockfile.Format},\n");
        text.Append($"  \"base\": {Quote(lockfile.Base)},\n");
        text.Append($"  \"plugin\": {Quote(lockfile.Plugin)},\n");
        text.Append($"  \"suite\": {Quote(lockfile.Suite)},\n");
        text.Append($"  \"architecture\": {Quote(lockfile.Architecture)},\n");
        text.Append($"  \"epoch\": {lockfile.Epoch},\n");
        AppendList(text, "requested", lockfile.Requested.Select(Quote)).Append(",\n");
        AppendList(text, "assumed", lockfile.Assumed.Select(Quote)).Append(",\n");
        AppendList(text, "packages", lockfile.Packages.Select(package => JsonSerializer.Serialize(package, LockfileContext.Default.LockedPackage))).Append('\n');
        return text.Append("}\n").ToString();
    }

    /// <summary>The digest of a lockfile's text: what caches are keyed by.</summary>
    public static string DigestOf(Lockfile lockfile) => Sha256Digest.Of(Serialize(lockfile));

    /// <summary>Writes a lockfile, whole or not at all.</summary>
    public static Task WriteAsync(string path, Lockfile lockfile, CancellationToken cancellation) =>
        AtomicFile.WriteAsync(path, Serialize(lockfile), cancellation);

    /// <summary>Reads a lockfile; null when there is none.</summary>
    /// <exception cref="BananaException">It is malformed (<see cref="ExitCode.BadInput"/>, with file and line) or of a newer format (<see cref="ExitCode.NewerFormat"/>).</exception>
    public static async Task<Lockfile?> ReadAsync(string path, CancellationToken cancellation)
    {
        try
        {
            return Parse(await File.ReadAllTextAsync(path, cancellation).ConfigureAwait(false), path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Reads the text of a lockfile.</summary>
    /// <param name="text">The text.</param>
    /// <param name="path">The file that it is from, for errors.</param>
    public static Lockfile Parse(string text, string path)
    {
        try
        {
            CheckFormat(text, path);
            var lockfile = JsonSerializer.Deserialize(text, LockfileContext.Default.Lockfile) ?? throw new JsonException("it is null");
            Check(lockfile, text, path);
            return lockfile;
        }
        catch (JsonException error)
        {
            throw Malformed(Reason(error), path, (error.LineNumber ?? 0) + 1, error);
        }
    }

    private static void CheckFormat(string text, string path)
    {
        // The version is looked at first and alone: a newer format may have anything else in it.
        using var document = JsonDocument.Parse(text);
        if (document.RootElement.ValueKind != JsonValueKind.Object
            || !document.RootElement.TryGetProperty("format", out var format)
            || format.ValueKind != JsonValueKind.Number
            || !format.TryGetInt32(out var number))
        {
            throw Malformed("it has no format number, so it is not a lockfile", path, 1);
        }

        if (number > Lockfile.CurrentFormat)
        {
            throw new BananaException(ExitCode.NewerFormat, $"the lockfile has format {number}, this banana knows up to {Lockfile.CurrentFormat}", where: path, next: "use a newer banana");
        }

        if (number < 1)
        {
            throw Malformed($"there is no format {number}", path, LineOf(text, "\"format\""));
        }
    }

    private static void Check(Lockfile lockfile, string text, string path)
    {
        string? previous = null;
        foreach (var package in lockfile.Packages)
        {
            var problem = package switch
            {
                { Name: "" } or { Version: "" } or { Architecture: "" } => "a package needs a name, a version and an architecture",
                _ when package.Name.Contains('/') || package.Name[0] == '.' => "a name cannot be a path",
                _ when !Sha256Digest.IsValid(package.Sha256) => $"'{package.Sha256}' is not a SHA-256 digest",
                _ when package.Size < 0 => "a size cannot be negative",
                _ when package.File.StartsWith('/') || package.File.Split('/').Contains("..", StringComparer.Ordinal) => $"'{package.File}' leaves the mirror",
                _ when string.CompareOrdinal(previous, package.Name) >= 0 => "packages are not sorted by name, or one is there twice",
                _ => null,
            };
            if (problem is not null)
            {
                throw Malformed($"package {package.Name}: {problem}", path, LineOf(text, $"\"name\":{Quote(package.Name)}"));
            }

            previous = package.Name;
        }
    }

    private static BananaException Malformed(string what, string path, long line, Exception? inner = null) =>
        new(ExitCode.BadInput, $"the lockfile is malformed: {what}", where: $"{path}:{line}", next: "restore it from version control, or make it anew with 'banana lock --update'", inner: inner);

    // The framework's texts are trimmed away in the tool; the path in the document and the line say where to look.
    private static string Reason(JsonException error) =>
        string.IsNullOrEmpty(error.Path) || error.Path == "$" ? "not valid JSON, or a key is missing or unknown" : $"a wrong type, or a missing or unknown key, at {error.Path}";

    private static long LineOf(string text, string what)
    {
        var at = text.IndexOf(what, StringComparison.Ordinal);
        return 1 + (at < 0 ? 0 : text.AsSpan(0, at).Count('\n'));
    }

    private static StringBuilder AppendList(StringBuilder text, string key, IEnumerable<string> lines)
    {
        var list = lines.ToList();
        text.Append($"  \"{key}\": [");
        for (var i = 0; i < list.Count; i++)
        {
            text.Append(i == 0 ? "\n    " : ",\n    ").Append(list[i]);
        }

        return text.Append(list.Count == 0 ? "]" : "\n  ]");
    }

    private static string Quote(string value) => "\"" + JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(value) + "\"";
}

/// <summary>The JSON form of lockfiles.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    RespectNullableAnnotations = true,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(Lockfile))]
[JsonSerializable(typeof(LockedPackage))]
internal sealed partial class LockfileContext : JsonSerializerContext
{
    static LockfileContext() =>
        // "libstdc++" stays readable; a lockfile is never put into HTML.
        Default = new LockfileContext(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
