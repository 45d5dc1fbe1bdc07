// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Cli.Setup;
using Banana.Forge.Build;
using Banana.Forge.Programs;
using Banana.Foundation.Files;
using Banana.Foundation.Processes;
using Banana.Foundation.Progress;
using Banana.Tests.Integration.Tools;

namespace Banana.Tests.Integration.Builds;

/// <summary>
/// A maker's machine of its own: a copy of the definition, a cache without a single step in it, a place for releases.
/// Packages, workbench and our own programs are shared with all other tests, because they are inputs and not what is tested.
/// </summary>
internal sealed class MakersMachine : IDisposable
{
    private static readonly string SharedCache = Checkout.Find().ReadLocalConfiguration().Cache;
    private readonly string folder;

    private MakersMachine(string folder) => this.folder = folder;

    /// <summary>The copy of the checkout's definition.</summary>
    public string Home => Path.Combine(folder, "home");

    /// <summary>The cache.</summary>
    public string Cache => Path.Combine(folder, "cache");

    /// <summary>Where releases go.</summary>
    public string Output => Path.Combine(folder, "out");

    /// <summary>Variables of the environment that the tool is started with.</summary>
    public Dictionary<string, string> Environment { get; } = new(StringComparer.Ordinal);

    /// <summary>The mask that the tool is started with.</summary>
    public string Mask { get; init; } = "022";

    /// <summary>Sets up a machine.</summary>
    /// <param name="name">The name of its folder, a part of every path that a build sees.</param>
    /// <param name="mask">The umask of its user.</param>
    /// <param name="hasSources">Whether it has the sources too, and builds our own programs itself.</param>
    public static async Task<MakersMachine> CreateAsync(string name = "machine", string mask = "022", bool hasSources = false)
    {
        var workbench = await WorkbenchTools.WorkbenchAsync();
        var machine = new MakersMachine(Path.Combine(Directory.CreateTempSubdirectory("banana-test-").FullName, name)) { Mask = mask };
        Directory.CreateDirectory(machine.Home);
        var root = Checkout.Find().Root;
        await new ProcessRunner().RunAsync(Command.Of("cp", "--recursive", "--no-dereference", Path.Combine(root, "os"), machine.Home), CancellationToken.None);
        Directory.CreateDirectory(Path.Combine(SharedCache, "pool"));
        Directory.CreateDirectory(Path.Combine(machine.Cache, "artifacts", "entries"));
        File.CreateSymbolicLink(Path.Combine(machine.Cache, "pool"), Path.Combine(SharedCache, "pool"));
        machine.Share(workbench.Root);
        if (hasSources)
        {
            string[] sources = ["src", "eng", "global.json", .. Directory.GetFiles(root, "Directory.*").Select(file => Path.GetFileName(file))];
            await new ProcessRunner().RunAsync(Command.Of("cp", ["--recursive", .. sources.Select(source => Path.Combine(root, source)), machine.Home]), CancellationToken.None);
        }
        else
        {
            var steps = new StepCache(new ArtifactCache(Path.Combine(SharedCache, "artifacts")), SilentProgress.Instance, clean: false);
            var programs = await new ProgramPublisher(new ProcessRunner(), DotnetSdk.Find(), root).RunAsync(steps, [.. ProgramPublisher.Projects.Keys], "x86-64", CancellationToken.None);
            machine.Share(programs.Folder);
        }

        return machine;
    }

    /// <summary>The command line of the tool on this machine.</summary>
    public Command Tool(params IEnumerable<string> arguments) => new Command("sh", ["-c", "umask \"$1\"; shift; exec \"$@\"", "sh", Mask, "dotnet", Path.Combine(AppContext.BaseDirectory, "banana.dll"), .. arguments])
    {
        Environment = new Dictionary<string, string>(Environment, StringComparer.Ordinal) { ["BANANA_HOME"] = Home, ["BANANA_CACHE"] = Cache },
        AllowFailure = true,
    };

    /// <summary>Runs the tool.</summary>
    public Task<CommandResult> RunAsync(params IEnumerable<string> arguments) => new ProcessRunner().RunAsync(Tool(arguments), TestContext.Current.CancellationToken);

    /// <summary>Builds core and returns the folder of the release.</summary>
    public async Task<string> BuildAsync(params IEnumerable<string> arguments)
    {
        var result = await RunAsync(["build", "--output", Output, .. arguments]);
        Assert.True(result.ExitCode == 0, $"the build ended with {result.ExitCode}:\n{result.Error}");
        return Directory.GetDirectories(Path.Combine(Output, "core")).Single();
    }

    /// <summary>What a run that was stopped must not have left: half-made entries, half-written releases, programs.</summary>
    public void AssertNothingHalfMade()
    {
        var partial = Path.Combine(Cache, "artifacts", "partial");
        Assert.Empty(Directory.Exists(partial) ? Directory.GetFileSystemEntries(partial) : []);
        Assert.Empty(Directory.Exists(Output) ? Directory.GetFileSystemEntries(Output, "*.partial", SearchOption.AllDirectories) : []);
        Assert.DoesNotContain(folder, File.ReadAllText("/proc/self/mounts"), StringComparison.Ordinal);
        foreach (var commandLine in Directory.GetDirectories("/proc").Select(path => Path.Combine(path, "cmdline")).Where(File.Exists))
        {
            Assert.DoesNotContain(Cache, ReadOrNothing(commandLine), StringComparison.Ordinal);
        }
    }

    public void Dispose() => ArtifactCache.DeleteTree(Path.GetDirectoryName(folder)!);

    private void Share(string entry) => File.CreateSymbolicLink(Path.Combine(Cache, "artifacts", "entries", Path.GetFileName(entry)), entry);

    private static string ReadOrNothing(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return string.Empty; // The process ended while we looked.
        }
    }
}
