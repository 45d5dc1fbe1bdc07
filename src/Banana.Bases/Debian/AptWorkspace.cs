// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text;
using Banana.Definition.Model;
using Banana.Foundation.Errors;
using Banana.Foundation.Files;
using Banana.Foundation.Processes;

namespace Banana.Bases.Debian;

/// <summary>
/// An apt of its own: configuration, sources, status and indexes in one directory, nothing of the host's.
/// The directory is the same inside and outside of a sandbox.
/// </summary>
/// <param name="directory">The directory.</param>
/// <param name="context">Where apt runs, and the proxy.</param>
internal sealed class AptWorkspace(string directory, BaseContext context)
{
    private string Configuration => Path.Combine(directory, "apt.conf");

    /// <summary>The directory of the verified indexes.</summary>
    public string Lists => Path.Combine(directory, "state", "lists");

    /// <summary>Writes the configuration.</summary>
    public async Task PrepareAsync(BaseDefinition definition, SuiteDefinition suite, CancellationToken cancellation)
    {
        foreach (var name in new[] { "etc/apt.conf.d", "etc/preferences.d", "etc/sources.list.d", "etc/trusted.gpg.d", "state/lists/partial", "cache/archives/partial", "log" })
        {
            Directory.CreateDirectory(Path.Combine(directory, name));
        }

        var keyring = Path.Combine(directory, "etc", "keyring" + Path.GetExtension(Require(definition.Keyring, definition, "keyring")));
        try
        {
            await AtomicFile.WriteAsync(keyring, await File.ReadAllBytesAsync(definition.Keyring!, cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false);
        }
        catch (IOException error)
        {
            throw new BananaException(ExitCode.BadInput, $"cannot read the keyring of the base {definition.Name}: {error.Message}", where: definition.Keyring, inner: error);
        }

        await AtomicFile.WriteAsync(Path.Combine(directory, "etc/sources.list.d/banana.sources"), Sources(definition, suite, keyring), cancellation).ConfigureAwait(false);
        await AtomicFile.WriteAsync(Path.Combine(directory, "state/status"), AssumedPackage.Paragraph(definition.AssumeProvided), cancellation).ConfigureAwait(false);
        await AtomicFile.WriteAsync(Configuration, Settings(definition), cancellation).ConfigureAwait(false);
    }

    /// <summary>Runs a program of apt with this configuration.</summary>
    /// <exception cref="BananaException">It failed; the error says why in one line.</exception>
    public async Task<CommandResult> RunAsync(string program, IReadOnlyList<string> arguments, BaseDefinition definition, SuiteDefinition suite, CancellationToken cancellation)
    {
        var command = new Command(program, arguments)
        {
            // The messages are read by AptErrors.
            Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["APT_CONFIG"] = Configuration, ["LC_ALL"] = "C.UTF-8" },
            OnLine = context.Progress.Log,
        };
        try
        {
            return await Runner(definition).RunAsync(command, cancellation).ConfigureAwait(false);
        }
        catch (CommandFailedException error)
        {
            throw AptErrors.Explain(error, definition, suite);
        }
    }

    private static string Require(string? value, BaseDefinition definition, string key) =>
        value ?? throw new BananaException(ExitCode.BadInput, $"the base {definition.Name} has no {key}", next: $"add '{key}:' to it in the definition");

    private Sandbox Runner(BaseDefinition definition)
    {
        // The host's own apt runs in a sandbox too: it cannot change the host, and dies with us.
        var tools = context.Tools ?? new Sandbox(context.Host, "/", writableRoot: false, []);
        var sandbox = tools.WithNetwork().WithBinds(new Bind(directory));
        var mirror = new Uri(definition.Mirror!);
        return mirror.IsFile ? sandbox.WithBinds(new Bind(mirror.LocalPath, Writable: false)) : sandbox;
    }

    private string Settings(BaseDefinition definition)
    {
        var text = new StringBuilder();
        void Set(string key, string value) => text.Append($"{key} \"{value}\";\n");
        var architecture = DebianArchitecture.FromSystemd(definition.Architecture);
        Set("Dir", directory);
        Set("Dir::Etc", Path.Combine(directory, "etc"));
        Set("Dir::State", Path.Combine(directory, "state"));
        Set("Dir::State::status", Path.Combine(directory, "state/status"));
        Set("Dir::Cache", Path.Combine(directory, "cache"));
        Set("Dir::Log", Path.Combine(directory, "log"));
        Set("Dir::Bin::methods", "/usr/lib/apt/methods");
        Set("APT::Architecture", architecture);
        text.Append("#clear APT::Architectures;\n");
        Set("APT::Architectures::", architecture);
        Set("pkgCacheGen::ForceEssential", ","); // apt holds itself to be Essential; an image has no use for it
        Set("APT::Install-Recommends", "false");
        Set("APT::Install-Suggests", "false");
        Set("APT::Sandbox::User", "root");
        Set("Acquire::Languages", "none");
        Set("Acquire::Check-Valid-Until", definition.CheckValidUntil ? "true" : "false");
        Set("Acquire::Retries", context.Downloader.Options.Retries.ToString());
        var timeout = ((int)Math.Ceiling(context.Downloader.Options.StallTimeout.TotalSeconds)).ToString();
        Set("Acquire::http::Timeout", timeout);
        Set("Acquire::https::Timeout", timeout);
        Set("Acquire::http::ConnectionAttemptDelayMsec", "250");
        if (context.Downloader.Options.Proxy is { } proxy)
        {
            Set("Acquire::http::Proxy", proxy);
            Set("Acquire::https::Proxy", proxy);
        }

        return text.ToString();
    }

    private static string Sources(BaseDefinition definition, SuiteDefinition suite, string keyring) =>
        $"""
        Types: deb
        URIs: {Require(definition.Mirror, definition, "mirror")}
        Suites: {suite.Name}
        Components: {string.Join(' ', suite.Components)}
        Architectures: {DebianArchitecture.FromSystemd(definition.Architecture)}
        Signed-By: {keyring}

        """;
}
