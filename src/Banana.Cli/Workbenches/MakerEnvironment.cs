// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bases;
using Banana.Cli.Setup;
using Banana.Cli.Terminal;
using Banana.Definition;
using Banana.Definition.Model;
using Banana.Foundation.Files;
using Banana.Foundation.Processes;
using Banana.Foundation.Progress;
using Banana.Workbenches;

namespace Banana.Cli.Workbenches;

/// <summary>What the commands of a maker's machine share: the definition, the caches, the workbenches.</summary>
internal sealed class MakerEnvironment : IDisposable
{
    /// <summary>The workbench that the forge and the bases use.</summary>
    public const string Tools = "tools";

    private readonly Lazy<OsDefinition> definition;
    private readonly Downloader downloader;

    /// <summary>Reads what this machine does differently; the definition is read when it is first asked for.</summary>
    /// <param name="checkout">The checkout.</param>
    /// <param name="progress">Is told what happens.</param>
    /// <param name="host">Runs programs on the host; the ordinary runner when null.</param>
    public MakerEnvironment(Checkout checkout, IProgressSink progress, IProcessRunner? host = null)
    {
        Checkout = checkout;
        Local = checkout.ReadLocalConfiguration();
        definition = new(() => LocalConfigurationLoader.Apply(DefinitionLoader.Load(checkout.DefinitionFolder), Local));
        Artifacts = new ArtifactCache(Path.Combine(Local.Cache, "artifacts"));
        Pool = new PackagePool(Path.Combine(Local.Cache, "pool"));
        downloader = new Downloader(new DownloadOptions { Parallel = Local.ParallelDownloads, Proxy = Local.Proxy });
        Progress = progress;
        Host = host ?? new ProcessRunner();
    }

    /// <summary>The environment of a command: it becomes root where it must, and the machine gets what it needs.</summary>
    /// <param name="need">What the machine must have.</param>
    /// <param name="why">What needs root ("building"); null when nothing does.</param>
    /// <param name="verbose">Whether commands are shown.</param>
    /// <param name="cancellation">Stops the installation of packages.</param>
    public static async Task<MakerEnvironment> OpenAsync(Need need, string? why, bool verbose, CancellationToken cancellation)
    {
        var found = Checkout.Find();
        if (why is not null)
        {
            Privileges.EnsureRoot(why, found.ReadLocalConfiguration().Cache);
        }

        var progress = new TerminalProgress(verbose);
        await HostPackages.EnsureAsync(need, new ProcessRunner(), progress, cancellation);
        return new MakerEnvironment(found, progress);
    }

    /// <summary>The checkout.</summary>
    public Checkout Checkout { get; }

    /// <summary>What this machine does differently.</summary>
    public LocalConfiguration Local { get; }

    /// <summary>The operating system as data, with this machine's mirrors.</summary>
    public OsDefinition Definition => definition.Value;

    /// <summary>Trees and parts, by the hash of what they were made from.</summary>
    public ArtifactCache Artifacts { get; }

    /// <summary>The packages.</summary>
    public PackagePool Pool { get; }

    /// <summary>Is told what happens.</summary>
    public IProgressSink Progress { get; }

    /// <summary>Runs programs on the host.</summary>
    public IProcessRunner Host { get; }

    /// <summary>What a base needs, with the host's tools.</summary>
    public BaseContext HostContext => Context(Host, Progress);

    /// <summary>What a base needs, with the host's tools, told to others.</summary>
    public BaseContext Context(IProcessRunner host, IProgressSink progress) => new(Tools: null, host, downloader, Pool, progress) { Scratch = Path.Combine(Local.Cache, "scratch") };

    /// <summary>The editions of these names, or all when there are none.</summary>
    public IReadOnlyList<Edition> Editions(IReadOnlyList<string> names) =>
        [.. (names.Count > 0 ? names : [.. Definition.Editions.Values.Where(edition => !edition.IsAbstract).Select(edition => edition.Name).Order(StringComparer.Ordinal)]).Select(name => EditionResolver.Resolve(Definition, name))];

    /// <summary>The recipe of a workbench.</summary>
    public WorkbenchRecipe Recipe(string name) => WorkbenchRecipe.Load(Path.Combine(Checkout.DefinitionFolder, "workbench"), name, Local.Mirrors.GetValueOrDefault("workbench"));

    /// <summary>A workbench; made first when it is not there.</summary>
    public Task<Workbench> WorkbenchAsync(string name, BaseContext context, CancellationToken cancellation) => Workbench.EnsureAsync(Recipe(name), context, Artifacts, cancellation);

    /// <inheritdoc/>
    public void Dispose() => downloader.Dispose();
}
