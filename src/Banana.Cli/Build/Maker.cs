// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bases;
using Banana.Cli.Workbenches;
using Banana.Definition;
using Banana.Forge.Apps;
using Banana.Forge.Build;
using Banana.Forge.Programs;
using Banana.Formats.Release;
using Banana.Foundation.Errors;
using Banana.Foundation.Files;
using Banana.Foundation.Progress;

namespace Banana.Cli.Build;

/// <summary>Puts the rooms of the house together for one build: definition, lockfile, workbench, base, forge.</summary>
/// <param name="environment">What the commands of this machine share.</param>
/// <param name="progress">Is told what happens.</param>
internal sealed class Maker(MakerEnvironment environment, IProgressSink progress)
{
    // A day of small changes would else fill the disk: half a gigabyte a build.
    private const int KeptOfEachStep = 6;
    private static readonly TimeSpan Untouched = TimeSpan.FromHours(2);

    /// <summary>Builds a release of an edition from its lockfile.</summary>
    /// <param name="editionName">The edition.</param>
    /// <param name="version">The version; null for the day of the lockfile's packages, number 1.</param>
    /// <param name="output">The folder of all releases.</param>
    /// <param name="clean">Whether every step is made anew.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <param name="named">The edition that the release says it is, when that is another one: its next release is built from other packages.</param>
    /// <param name="words">More words of its kernel command line: a release that does not boot is made so.</param>
    public async Task<BuildResult> BuildAsync(string editionName, ReleaseVersion? version, string output, bool clean, CancellationToken cancellation, string? named = null, IReadOnlyList<string>? words = null)
    {
        UnixFile.UseStandardMask();
        environment.Artifacts.Sweep();
        var edition = EditionResolver.Resolve(environment.Definition, editionName);
        var lockfile = LockfileChanges.Require(await LockfileJson.ReadAsync(edition.Lockfile, cancellation), edition);
        var release = version ?? ReleaseVersion.Parse($"{DateTimeOffset.FromUnixTimeSeconds(lockfile.Epoch):yyyyMMdd}.1");
        edition = edition with { Name = named ?? edition.Name, CommandLine = [.. edition.CommandLine, .. words ?? []] };
        var request = new BuildRequest(edition, lockfile, LockfileJson.DigestOf(lockfile), release, Path.GetFullPath(output)) { Clean = clean };
        RefuseNewerOutput(request.ReleaseFolder);

        var logPath = Path.Combine(environment.Local.Cache, "logs", $"build-{edition.Name}-{release}-{Environment.ProcessId}.log");
        using var log = new LogFile(logPath);
        var told = new CompositeProgress(progress, log);
        var host = new LoggingRunner(environment.Host, told.Log);
        var bootstrap = environment.Context(host, told);
        var workbench = await environment.WorkbenchAsync(MakerEnvironment.Tools, bootstrap, cancellation);
        var tools = workbench.Enter();
        var programs = new ProgramPublisher(host, DotnetSdk.Find(), environment.Checkout.Sources);
        AppBuilder? apps = null;
        if (edition.Apps.Count > 0)
        {
            var compiler = await environment.WorkbenchAsync($"apps-{edition.Suite.Name}", bootstrap, cancellation);
            apps = new AppBuilder(compiler.Enter(), compiler.Identity, environment.Checkout.Sources);
        }

        var builder = new ReleaseBuilder(host, tools, workbench.Identity, programs, apps, BasePlugins.Create(edition.Base.Plugin, bootstrap with { Tools = tools }), environment.Artifacts, told);
        var result = await builder.BuildAsync(request, cancellation);
        log.Dispose();
        await AtomicFile.WriteAsync(Path.Combine(result.Folder, "build.log"), await File.ReadAllBytesAsync(logPath, cancellation), cancellation);
        File.Delete(logPath);
        environment.Artifacts.Prune(KeptOfEachStep, Untouched, TimeProvider.System.GetUtcNow());
        return result;
    }

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
