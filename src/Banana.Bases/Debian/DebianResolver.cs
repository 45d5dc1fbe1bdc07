// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Globalization;
using System.Text.RegularExpressions;
using Banana.Definition.Model;
using Banana.Foundation.Errors;
using Banana.Foundation.Files;
using Banana.Foundation.Hashing;
using Banana.Foundation.Progress;

namespace Banana.Bases.Debian;

/// <summary>Resolves package names with apt's own solver, from indexes whose signatures apt has verified.</summary>
internal sealed partial class DebianResolver(BaseContext context)
{
    /// <summary>Resolves the names, together with everything Essential.</summary>
    public async Task<Lockfile> ResolveAsync(BaseDefinition definition, SuiteDefinition suite, IReadOnlyList<string> packages, CancellationToken cancellation)
    {
        foreach (var name in packages.Where(name => !PackageName().IsMatch(name)))
        {
            // apt would read "foo-" as a removal and "fo*" as a pattern.
            throw new BananaException(ExitCode.BadInput, $"'{name}' is not a Debian package name", next: "correct it in the package sets of the definition");
        }

        using var identity = new InputHash();
        var key = identity.Add("mirror", definition.Mirror ?? string.Empty).Add("suite", suite.Name).Add("components", string.Join(' ', suite.Components)).Add("architecture", definition.Architecture).Digest();
        var directory = Path.Combine(context.Scratch, "apt", $"{definition.Name}-{suite.Name}-{key[..12]}");
        using var held = await FileLock.TakeAsync(directory + ".lock", () => context.Progress.Log($"waiting for another run that reads the indexes of {suite.Name}"), cancellation).ConfigureAwait(false);
        var apt = new AptWorkspace(directory, context);
        await apt.PrepareAsync(definition, suite, cancellation).ConfigureAwait(false);

        using (var step = context.Progress.Begin($"index of {suite.Name}"))
        {
            await apt.RunAsync("apt-get", ["update", "-q", "--error-on=any"], definition, suite, cancellation).ConfigureAwait(false);
            step.Complete("signature verified");
        }

        using var solving = context.Progress.Begin("resolve");
        var chosen = await SolveAsync(apt, definition, suite, packages, cancellation).ConfigureAwait(false);
        var details = await apt.RunAsync("apt-cache", ["show", "--no-all-versions", .. chosen], definition, suite, cancellation).ConfigureAwait(false);
        var stanzas = ControlStanza.ParseAll(details.Output).ToDictionary(stanza => Field(stanza, "Package"), StringComparer.Ordinal);
        var lockfile = new Lockfile
        {
            Base = definition.Name,
            Plugin = definition.Plugin,
            Suite = suite.Name,
            Architecture = definition.Architecture,
            Epoch = await ReleaseDateAsync(apt.Lists, suite, definition, cancellation).ConfigureAwait(false),
            Requested = [.. packages.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            Assumed = [.. definition.AssumeProvided.Order(StringComparer.Ordinal)],
            Packages = Lock(stanzas),
        };
        if (lockfile.Requested.FirstOrDefault(name => !stanzas.ContainsKey(name)) is { } missing)
        {
            throw AptErrors.NoPackage(missing, suite, definition);
        }

        solving.Complete($"{lockfile.Packages.Count} packages, {ByteSize.Format(lockfile.Packages.Sum(package => package.Size))}");
        return lockfile;
    }

    /// <summary>Runs the solver without doing anything; returns "name=version" of what it would install.</summary>
    private static async Task<IReadOnlyList<string>> SolveAsync(AptWorkspace apt, BaseDefinition definition, SuiteDefinition suite, IReadOnlyList<string> packages, CancellationToken cancellation)
    {
        var result = await apt.RunAsync("apt-get", ["install", "--simulate", "-q", "--assume-yes", "?essential", .. packages], definition, suite, cancellation).ConfigureAwait(false);

        // Inst libselinux1 (3.11-2.1+b1 Debian:testing [amd64]) []
        return [.. result.Lines.Select(line => Planned().Match(line)).Where(match => match.Success).Select(match => $"{match.Groups["name"].Value}={match.Groups["version"].Value}").Order(StringComparer.Ordinal)];
    }

    private static List<LockedPackage> Lock(Dictionary<string, ControlStanza> stanzas)
    {
        var essential = Dependency.Closure(stanzas.Where(pair => pair.Value["Essential"] == "yes").Select(pair => pair.Key), stanzas);
        return [.. stanzas.Values.Select(stanza => new LockedPackage
        {
            Name = Field(stanza, "Package"),
            Version = Field(stanza, "Version"),
            Architecture = Field(stanza, "Architecture"),
            File = Field(stanza, "Filename"),
            Size = long.Parse(Field(stanza, "Size"), NumberStyles.None, CultureInfo.InvariantCulture),
            Sha256 = Field(stanza, "SHA256"),
            Source = SourceOf(stanza),
            Essential = essential.Contains(Field(stanza, "Package")),
        }).OrderBy(package => package.Name, StringComparer.Ordinal)];
    }

    /// <summary>"glibc 2.43-7" from "Source: glibc (2.43-7)", or from the package itself.</summary>
    internal static string SourceOf(ControlStanza stanza)
    {
        var source = stanza["Source"] ?? Field(stanza, "Package");
        var open = source.IndexOf('(');
        return open < 0 ? $"{source} {stanza["Version"]}" : $"{source[..open].Trim()} {source[(open + 1)..].TrimEnd(')')}";
    }

    internal static string Field(ControlStanza stanza, string name) =>
        stanza[name] ?? throw new BananaException(ExitCode.BadInput, $"the index has a package without the field {name}: {stanza.Text.Split('\n')[0]}", next: "use another mirror");

    /// <summary>The date of the Release file that apt has verified.</summary>
    private static async Task<long> ReleaseDateAsync(string lists, SuiteDefinition suite, BaseDefinition definition, CancellationToken cancellation)
    {
        var release = Directory.EnumerateFiles(lists, "*Release").OrderBy(path => path, StringComparer.Ordinal).First(path => path.EndsWith("_InRelease", StringComparison.Ordinal) || path.EndsWith("_Release", StringComparison.Ordinal));
        await foreach (var line in File.ReadLinesAsync(release, cancellation).ConfigureAwait(false))
        {
            // Date: Fri, 30 Oct 2026 08:08:01 UTC
            if (line.StartsWith("Date: ", StringComparison.Ordinal)
                && DateTimeOffset.TryParseExact(line[6..].Replace("UTC", "+0000", StringComparison.Ordinal), "ddd, d MMM yyyy HH:mm:ss zzz", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
            {
                return date.ToUnixTimeSeconds();
            }
        }

        throw new BananaException(ExitCode.BadInput, $"the Release file of {suite.Name} has no date", where: definition.Mirror, next: "use another mirror");
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9+.-]*[a-z0-9+]$")]
    private static partial Regex PackageName();

    [GeneratedRegex(@"^Inst (?<name>\S+)(?: \[[^\]]*\])? \((?<version>\S+) ")]
    private static partial Regex Planned();
}
