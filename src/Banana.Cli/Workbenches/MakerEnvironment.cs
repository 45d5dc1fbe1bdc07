// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bases;
using Banana.Definition.Model;
using Banana.Foundation.Files;
using Banana.Foundation.Processes;
using Banana.Foundation.Progress;
using Banana.Workbenches;

namespace Banana.Cli.Workbenches;

/// <summary>What the commands of a maker's machine share: the definition, the caches, the workbenches.</summary>
/// <param name="definition">The folder of the definition (os/), absolute.</param>
/// <param name="local">What this machine does differently.</param>
/// <param name="progress">Is told what happens.</param>
internal sealed class MakerEnvironment(string definition, LocalConfiguration local, IProgressSink progress) : IDisposable
{
    /// <summary>The workbench that the forge and the bases use.</summary>
    public const string Tools = "tools";

    private readonly Downloader downloader = new(new DownloadOptions { Parallel = local.ParallelDownloads, Proxy = local.Proxy });

    /// <summary>What this machine does differently.</summary>
    public LocalConfiguration Local => local;

    /// <summary>Trees and parts, by the hash of what they were made from.</summary>
    public ArtifactCache Artifacts { get; } = new(Path.Combine(local.Cache, "artifacts"));

    /// <summary>The packages.</summary>
    public PackagePool Pool { get; } = new(Path.Combine(local.Cache, "pool"));

    /// <summary>The folder of the workbenches' recipes.</summary>
    public string WorkbenchFolder => Path.Combine(definition, "workbench");

    /// <summary>Is told what happens.</summary>
    public IProgressSink Progress => progress;

    /// <summary>What a base needs, with the host's tools.</summary>
    public BaseContext HostContext => new(Tools: null, new ProcessRunner(), downloader, Pool, progress) { Scratch = Path.Combine(local.Cache, "scratch") };

    /// <summary>What a base needs, with the workbench's tools, so that no result depends on the host's.</summary>
    public async Task<BaseContext> WorkbenchContextAsync(CancellationToken cancellation) =>
        HostContext with { Tools = (await WorkbenchAsync(Tools, cancellation)).Enter() };

    /// <summary>The recipe of a workbench.</summary>
    public WorkbenchRecipe Recipe(string name) => WorkbenchRecipe.Load(WorkbenchFolder, name, local.Mirrors.GetValueOrDefault("workbench"));

    /// <summary>A workbench; made first when it is not there.</summary>
    public Task<Workbench> WorkbenchAsync(string name, CancellationToken cancellation) => Workbench.EnsureAsync(Recipe(name), HostContext, Artifacts, cancellation);

    /// <summary>The base of an edition with this machine's mirror.</summary>
    public BaseDefinition BaseOf(Edition edition) =>
        local.Mirrors.TryGetValue(edition.Base.Name, out var mirror) ? edition.Base with { Mirror = mirror } : edition.Base;

    /// <inheritdoc/>
    public void Dispose() => downloader.Dispose();
}
