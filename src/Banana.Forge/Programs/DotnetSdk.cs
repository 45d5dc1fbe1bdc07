// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Collections;
using Banana.Foundation.Errors;
using Banana.Foundation.Processes;

namespace Banana.Forge.Programs;

/// <summary>The .NET SDK of the host, which builds the programs of a device.</summary>
/// <param name="Folder">The folder with <c>dotnet</c>, absolute and without links.</param>
public sealed record DotnetSdk(string Folder)
{
    private static readonly string[] SettingsPlaces = [".nuget/NuGet", ".config/NuGet"];
    private static readonly string[] Places = ["/usr/lib/dotnet", "/usr/share/dotnet", "/usr/lib64/dotnet"];

    /// <summary>The folder of the user's packages, shared with all other builds of .NET programs.</summary>
    public string Packages { get; init; } = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } named ? named : Path.Combine(Home, ".nuget/packages");

    /// <summary>The user's settings of the package client (sources, mirrors); null when there are none.</summary>
    public string? Settings { get; init; } = SettingsPlaces.Select(name => Path.Combine(Home, name)).FirstOrDefault(Directory.Exists);

    /// <summary>The variables that say how this machine reaches package sources.</summary>
    public IReadOnlyDictionary<string, string> NetworkVariables { get; init; } = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .Where(variable => IsOfTheNetwork((string)variable.Key)).ToDictionary(variable => (string)variable.Key, variable => (string?)variable.Value ?? string.Empty, StringComparer.Ordinal);

    private static string Home => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    /// <summary>Finds the SDK: the one that runs us, or else the one that a shell would find.</summary>
    public static DotnetSdk Find()
    {
        var path = Environment.GetEnvironmentVariable("PATH") ?? string.Empty;
        IEnumerable<string?> candidates =
        [
            Path.GetFileName(Environment.ProcessPath) == "dotnet" ? Path.GetDirectoryName(Environment.ProcessPath) : null,
            Environment.GetEnvironmentVariable("DOTNET_ROOT"), .. path.Split(':'), Path.Combine(Home, ".dotnet"), .. Places,
        ];
        return candidates.Where(folder => !string.IsNullOrEmpty(folder)).Select(folder => Real(Path.Combine(folder!, "dotnet"))).Where(program => Directory.Exists(Path.Combine(Path.GetDirectoryName(program)!, "sdk")))
            .Select(program => new DotnetSdk(Path.GetDirectoryName(program)!)).FirstOrDefault()
            ?? throw new BananaException(ExitCode.MissingTool, "the .NET 10 SDK is missing", next: "install it, or start the tool with ./banana, which does");
    }

    /// <summary>Its version, by the rules of the global.json in a folder.</summary>
    public async Task<string> VersionAsync(IProcessRunner host, string folder, CancellationToken cancellation) =>
        (await host.RunAsync(Command.Of(Path.Combine(Folder, "dotnet"), "--version") with { WorkingDirectory = folder }, cancellation)).Output.Trim();

    private static bool IsOfTheNetwork(string name) =>
        name.ToLowerInvariant() is "http_proxy" or "https_proxy" or "all_proxy" or "no_proxy" or "ssl_cert_file" or "ssl_cert_dir" || (name.StartsWith("NUGET_", StringComparison.Ordinal) && name != "NUGET_PACKAGES");

    private static string Real(string file) => File.Exists(file) ? new FileInfo(file).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? file : file;
}
