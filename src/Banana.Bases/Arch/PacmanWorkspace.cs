// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Formats.Tar;
using System.Text;
using Banana.Definition.Model;
using Banana.Foundation.Errors;
using Banana.Foundation.Files;
using Banana.Foundation.Processes;

namespace Banana.Bases.Arch;

/// <summary>A pacman of its own: configuration, databases and keys, nothing of the host's. It runs in the workbench.</summary>
internal sealed class PacmanWorkspace(string directory, BaseContext context, Sandbox tools, PacmanKeyring keyring)
{
    private string Configuration => Path.Combine(directory, "pacman.conf");

    private string Databases => Path.Combine(directory, "db");

    /// <summary>The address of a repository's directory.</summary>
    /// <param name="definition">The base. "$repo" and "$arch" in its mirror stand for those; without them the layout is that of Arch's mirrors.</param>
    /// <param name="repository">The repository ("core").</param>
    public static string Server(BaseDefinition definition, string repository) =>
        Expand(definition.Mirror ?? throw new BananaException(ExitCode.BadInput, $"the base {definition.Name} has no mirror", next: "add 'mirror:' to it in the definition"), definition, repository);

    /// <summary>Fills in an address.</summary>
    public static string Expand(string address, BaseDefinition definition, string repository) =>
        (address.Contains("$repo", StringComparison.Ordinal) ? address : address.TrimEnd('/') + "/$repo/os/$arch")
            .Replace("$repo", repository, StringComparison.Ordinal)
            .Replace("$arch", Architecture(definition.Architecture), StringComparison.Ordinal);

    /// <summary>Arch's name of an architecture.</summary>
    public static string Architecture(string architecture) => architecture switch
    {
        "x86-64" => "x86_64",
        "arm64" => "aarch64",
        "riscv64" => "riscv64",
        _ => throw new BananaException(ExitCode.BadInput, $"Arch has no architecture for '{architecture}'", next: "use x86-64, arm64 or riscv64"),
    };

    /// <summary>Writes the configuration.</summary>
    public async Task PrepareAsync(BaseDefinition definition, SuiteDefinition suite, CancellationToken cancellation)
    {
        foreach (var name in new[] { "root", "db", "cache", "hooks" })
        {
            Directory.CreateDirectory(Path.Combine(directory, name));
        }

        var text = new StringBuilder(
            $"""
            [options]
            RootDir = {directory}/root
            DBPath = {Databases}
            CacheDir = {directory}/cache
            HookDir = {directory}/hooks
            GPGDir = {keyring.Directory}
            LogFile = /dev/null
            Architecture = {Architecture(definition.Architecture)}
            SigLevel = Required DatabaseOptional {(keyring.HasTrust ? "TrustedOnly" : "TrustAll")}
            ParallelDownloads = {context.Downloader.Options.Parallel}
            DisableSandbox

            """);
        foreach (var repository in suite.Components)
        {
            text.Append($"\n[{repository}]\nServer = {Server(definition, repository)}\n");
        }

        await AtomicFile.WriteAsync(Configuration, text.ToString(), cancellation).ConfigureAwait(false);
    }

    /// <summary>Runs pacman on the sync databases.</summary>
    public async Task<CommandResult> RunAsync(IReadOnlyList<string> arguments, BaseDefinition definition, SuiteDefinition suite, CancellationToken cancellation)
    {
        var inside = tools.WithNetwork().WithBinds(new Bind(directory), new Bind(keyring.Directory, Writable: false));
        if (new Uri(Server(definition, suite.Components[0])) is { IsFile: true })
        {
            var mirror = definition.Mirror!.Split('$')[0];
            inside = inside.WithBinds(new Bind(new Uri(mirror).LocalPath, Writable: false));
        }

        var command = new Command("pacman", ["--config", Configuration, "--noconfirm", .. arguments]) { OnLine = context.Progress.Log };
        if (context.Downloader.Options.Proxy is { } proxy)
        {
            command = command.With("http_proxy", proxy).With("https_proxy", proxy);
        }

        try
        {
            return await inside.RunAsync(command, cancellation).ConfigureAwait(false);
        }
        catch (CommandFailedException error)
        {
            throw PacmanErrors.Explain(error, definition, suite);
        }
    }

    /// <summary>The entries of a sync database, by name.</summary>
    public async Task<Dictionary<string, PacmanEntry>> ReadDatabaseAsync(string repository, CancellationToken cancellation)
    {
        var entries = new Dictionary<string, PacmanEntry>(StringComparer.Ordinal);
        var command = Command.Of("bsdtar", "-cf", "-", $"@{Databases}/sync/{repository}.db") with
        {
            // Whatever it is compressed with.
            OutputReader = async output =>
            {
                var tar = new TarReader(output, leaveOpen: true);
                await using (tar.ConfigureAwait(false))
                {
                    while (await tar.GetNextEntryAsync(copyData: false, cancellation).ConfigureAwait(false) is { } file)
                    {
                        if (file.DataStream is { } data && Path.GetFileName(file.Name) == "desc")
                        {
                            using var reader = new StreamReader(data, leaveOpen: true);
                            var entry = PacmanEntry.Parse(await reader.ReadToEndAsync(cancellation).ConfigureAwait(false));
                            entries[entry.Get("NAME")] = entry;
                        }
                    }
                }
            },
        };
        await tools.WithBinds(new Bind(directory, Writable: false)).RunAsync(command, cancellation).ConfigureAwait(false);
        return entries;
    }
}
