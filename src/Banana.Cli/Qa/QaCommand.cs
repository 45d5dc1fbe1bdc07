// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.CommandLine;
using Banana.Cli.Setup;
using Banana.Cli.Terminal;
using Banana.Cli.Vm;
using Banana.Cli.Workbenches;
using Banana.Forge.Build;
using Banana.Forge.Images;
using Banana.Forge.Programs;
using Banana.Foundation.Errors;
using Banana.Foundation.Files;
using Banana.Qa.Films;
using Banana.Qa.Guests;
using Banana.Qa.Reports;
using Banana.Qa.Scenarios;
using Banana.Qa.Staging;

namespace Banana.Cli.Qa;

/// <summary><c>banana qa [RELEASE]</c>: plays scenarios on a release, and shows the film.</summary>
internal static class QaCommand
{
    private static readonly Argument<string?> Release = new("RELEASE")
    {
        Description = "A release directory, or a name below out/ (enthusiast, enthusiast/20261030.1)",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string[]> Scenario = new("--scenario") { Description = "Play this one and those that it needs; may be repeated. Without it: all that this one release is enough for", HelpName = "NAME", DefaultValueFactory = _ => [] };
    private static readonly Option<bool> All = new("--all") { Description = "Play all scenarios: those as well that releases are built for first, which takes minutes and gigabytes for each (see --list)" };
    private static readonly Option<bool> List = new("--list") { Description = "Print the scenarios, and which of them need more releases, and end" };
    private static readonly Option<bool> SaveNeedles = new("--save-needle") { Description = "Save what is seen as the needles that are looked for; look at them before they count" };
    private static readonly Option<string?> Output = new("--output") { Description = "The folder of the film; by default out/qa/EDITION-VERSION", HelpName = "FOLDER" };

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new Command("qa", "Use a release as a person does, in a virtual machine, and make a film of it") { Release, Scenario, All, List, SaveNeedles, Output };
        command.SetAction(async (parsed, cancellation) => (int)await RunAsync(parsed, cancellation));
        return command;
    }

    private static async Task<ExitCode> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var (names, all) = (parsed.GetValue(Scenario)!, parsed.GetValue(All));
        if (all && names.Length > 0)
        {
            throw new BananaException(ExitCode.Usage, "--all and --scenario contradict each other", next: "leave one out");
        }

        if (parsed.GetValue(List))
        {
            foreach (var scenario in Repertoire.Choose(names, all: true))
            {
                TerminalOutput.Result($"{scenario.Name,-12} {scenario.Title}{(scenario.After is { } before ? $" (after '{before}')" : string.Empty)}{(Repertoire.NeedsMoreReleases(scenario) ? " (builds more releases)" : string.Empty)}");
            }

            return ExitCode.Success;
        }

        var scenarios = Repertoire.Choose(names, all);
        var builds = scenarios.Any(Repertoire.NeedsMoreReleases);
        using var environment = await MakerEnvironment.OpenAsync(builds ? Need.Build | Need.Vm : Need.Vm, builds ? "building" : null, parsed.GetValue(CommandHost.Verbose), cancellation);
        var source = BootSource.Find(parsed.GetValue(Release), environment.Checkout.Out);
        var release = source.Release?.Manifest ?? throw new BananaException(ExitCode.BadInput, "a bare disk image has no edition that scenarios could be chosen for", source.Disk, "name a release directory");
        var output = Path.GetFullPath(parsed.GetValue(Output) ?? Path.Combine(environment.Checkout.Out, "qa", $"{release.Edition}-{release.Version}"));
        Directory.CreateDirectory(output);
        var extension = await ExtensionAsync(environment, release.Architecture, cancellation);

        List<FilmScene> scenes = [];
        List<(string Name, string Value)> facts = [];
        var accelerator = string.Empty;
        foreach (var group in Repertoire.ByMachine(scenarios))
        {
            using var folder = new StageFolder();
            await using var releases = group.Key == MachineKind.UpdatingSession
                ? await LaterReleases.MakeAsync(environment, source.Release, isBroken: group.Any(scenario => scenario.Name == Repertoire.Broken), cancellation)
                : null;
            var options = new StageOptions
            {
                Machine = await VmMachine.OptionsAsync(new VmRequest { Processors = 2, Health = true, Network = releases is not null }, source, environment.Host, cancellation),
                Extension = extension,
                Needles = Path.Combine(environment.Checkout.Sources, "tests/needles", release.Edition),
                Folder = folder.Path,
                Window = Path.Combine(output, "now.png"),
                Presence = group.Key switch { MachineKind.New => GuestPresence.None, MachineKind.Greeter => GuestPresence.Account, _ => GuestPresence.LoggedIn },
                Updates = releases?.Source,
                SavesNeedles = parsed.GetValue(SaveNeedles),
            };
            accelerator = options.Machine.Accelerator.Description;
            TerminalOutput.Info($"{source.Name} with {accelerator}; log: {options.Machine.SerialLog}");
            await using var stage = await Stage.StartAsync(options, environment.Host, environment.Progress, cancellation);
            // A film of what was played is there at any time, should somebody stop the rest.
            await Repertoire.PlayAsync([.. group], stage, environment.Progress, scene =>
            {
                scenes.Add(scene);
                return FilmPage.WriteAsync(new Film(source.Name, accelerator, scenes, [.. facts, .. stage.Facts]), output, cancellation);
            }, cancellation);
            facts.AddRange(stage.Facts);
        }

        return await ShowAsync(new Film(source.Name, accelerator, scenes, facts), output, cancellation);
    }

    private static async Task<ExitCode> ShowAsync(Film film, string output, CancellationToken cancellation)
    {
        var page = await FilmPage.WriteAsync(film, output, cancellation);
        await AtomicFile.WriteAsync(Path.Combine(output, "junit.xml"), JUnitReport.Render(film), cancellation);
        foreach (var (name, value) in film.Facts)
        {
            TerminalOutput.Result($"  {name}: {value}");
        }

        var failed = film.Scenes.Count(scene => scene.Outcome != Outcome.Passed);
        TerminalOutput.Result($"{film.Scenes.Count - failed} of {film.Scenes.Count} scenarios passed; film: {page}");
        return failed == 0 ? ExitCode.Success : ExitCode.Unhealthy;
    }

    private static async Task<string> ExtensionAsync(MakerEnvironment environment, string architecture, CancellationToken cancellation)
    {
        var workbench = await environment.WorkbenchAsync(MakerEnvironment.Tools, environment.HostContext, cancellation);
        var programs = new ProgramPublisher(environment.Host, DotnetSdk.Find(), environment.Checkout.Sources);
        var steps = new StepCache(environment.Artifacts, environment.Progress, clean: false);
        return await new SystemExtension(workbench.Enter(), workbench.Identity, programs).MakeAsync(steps, GuestAgent.Extension, "banana-qa-agent", architecture, cancellation);
    }

    /// <summary>A folder with a short path: the paths of sockets have at most 107 bytes.</summary>
    private sealed class StageFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("banana-qa-").FullName;

        public void Dispose() => ArtifactCache.DeleteTree(Path);
    }
}
