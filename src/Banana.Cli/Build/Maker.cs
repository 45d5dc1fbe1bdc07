// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bases;
using Banana.Cli.Setup;
using Banana.Definition;
using Banana.Definition.Model;
using Banana.Forge.Build;
using Banana.Formats.Release;
using Banana.Foundation.Errors;
using Banana.Foundation.Files;
using Banana.Foundation.Processes;
using Banana.Foundation.Progress;
using Banana.Workbenches;

namespace Banana.Cli.Build;

/// <summary>Puts the rooms of the house together for one run: checkout, definition, cache, workbench, base, forge.</summary>
internal sealed class Maker : IDisposable
{
    private readonly IProgressSink progress;
    private readonly Downloader downloader;

    /// <summary>Reads what the run works from.</summary>
    /// <param name="checkout">The checkout.</param>
    /// <param name="progress">Is told what happens.</param>
    public Maker(Checkout checkout, IProgressSink progress)
    {
        this.progress = progress;
        Checkout = checkout;
        Local = checkout.ReadLocalConfiguration();
        Definition = LocalConfigurationLoader.Apply(DefinitionLoader.Load(checkout.DefinitionFolder), Local);
        Cache = new ArtifactCache(Path.Combine(Local.Cache, "artifacts"));
        Pool = new PackagePool(Path.Combine(Local.Cache, "pool"));
        downloader = new Downloader(new DownloadOptions { Parallel = Local.ParallelDownloads, Proxy = Local.Proxy });
    }

    /// <summary>The checkout.</summary>
    public Checkout Checkout { get; }

    /// <summary>What this machine does differently.</summary>
    public LocalConfiguration Local { get; }

    /// <summary>The operating system as data.</summary>
    public OsDefinition Definition { get; }

    /// <summary>Keeps the steps of builds.</summary>
    public ArtifactCache Cache { get; }

    /// <summary>Keeps packages.</summary>
    public PackagePool Pool { get; }

    /// <summary>Runs programs on the host.</summary>
    public ProcessRunner Host { get; } = new();

    /// <summary>Makes a workbench, or takes the one that is there.</summary>
    public Task<Workbench> EnsureWorkbenchAsync(string name, BaseContext context, CancellationToken cancellation)
    {
        var recipe = WorkbenchRecipe.Load(Path.Combine(Checkout.DefinitionFolder, "workbench"), name, Local.Mirrors.GetValueOrDefault("debian"));
        return Workbench.EnsureAsync(recipe, context, Cache, cancellation);
    }

    /// <summary>What a base works with, while it has no workbench.</summary>
    public BaseContext Context(IProcessRunner host, IProgressSink sink) => new(null, host, downloader, Pool, sink);

    /// <summary>Builds a release of an edition from its lockfile.</summary>
    /// <param name="editionName">The edition.</param>
    /// <param name="version">The version; null for the day of the lockfile's packages, number 1.</param>
    /// <param name="output">The folder of all releases.</param>
    /// <param name="clean">Whether every step is made anew.</param>
    /// <param name="cancellation">Stops the work.</param>
    public async Task<BuildResult> BuildAsync(string editionName, ReleaseVersion? version, string output, bool clean, CancellationToken cancellation)
    {
        UnixFile.UseStandardMask();
        Cache.Sweep();
        var edition = EditionResolver.Resolve(Definition, editionName);
        var lockfile = LockfileChanges.Require(await LockfileJson.ReadAsync(edition.Lockfile, cancellation), edition);
        var release = version ?? ReleaseVersion.Parse($"{DateTimeOffset.FromUnixTimeSeconds(lockfile.Epoch):yyyyMMdd}.1");
        var request = new BuildRequest(edition, lockfile, LockfileJson.DigestOf(lockfile), release, Path.GetFullPath(output)) { Clean = clean };
        RefuseNewerOutput(request.ReleaseFolder);

        var logPath = Path.Combine(Local.Cache, "logs", $"build-{edition.Name}-{release}-{Environment.ProcessId}.log");
        using var log = new LogFile(logPath);
        var told = new CompositeProgress(progress, log);
        var host = new LoggingRunner(Host, told.Log);
        var bootstrap = Context(host, told);
        var workbench = await EnsureWorkbenchAsync("tools", bootstrap, cancellation);
        var tools = workbench.Enter();
        var builder = new ReleaseBuilder(host, tools, workbench.Identity, BasePlugins.Create(edition.Base.Plugin, bootstrap with { Tools = tools }), Cache, told);
        var result = await builder.BuildAsync(request, cancellation);
        log.Dispose();
        await AtomicFile.WriteAsync(Path.Combine(result.Folder, "build.log"), await File.ReadAllBytesAsync(logPath, cancellation), cancellation);
        File.Delete(logPath);
        return result;
    }

    /// <inheritdoc/>
    public void Dispose() => downloader.Dispose();

    // A folder that a newer Banana wrote may hold what we do not know how to keep.
    private static void RefuseNewerOutput(string folder)
    {
        var manifest = Path.Combine(folder, ReleaseManifest.FileName);
        if (File.Exists(manifest))
        {
            try
            {
                _ = ReleaseManifest.Read(manifest);
            }
            catch (BananaException error) when (error.Code == ExitCode.NewerFormat)
            {
                throw new BananaException(ExitCode.NewerFormat, "was written by a newer Banana", folder, "use a newer checkout, or build into another folder with --output");
            }
            catch (BananaException error) when (error.Code == ExitCode.BadInput)
            {
                // A damaged release is replaced by a whole one.
            }
        }
    }
}
