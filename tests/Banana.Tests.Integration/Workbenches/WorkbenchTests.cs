// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Diagnostics;
using Banana.Bases;
using Banana.Foundation.Errors;
using Banana.Foundation.Files;
using Banana.Foundation.Processes;
using Banana.Tests.Integration.Tools;
using Banana.Workbenches;

namespace Banana.Tests.Integration.Workbenches;

/// <summary>A small workbench, made by the real program in processes of its own: side by side, and killed in the middle.</summary>
public sealed class WorkbenchTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Recipes => folder.Combine("os", "workbench");

    private string Entries => folder.Combine("cache", "artifacts", "entries");

    private string Partial => folder.Combine("cache", "artifacts", "partial");

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Recipes);
        Directory.CreateDirectory(folder.Combine("os", "keys"));
        File.Copy(Path.Combine(TestMachine.Home, "os/keys/debian-archive-keyring.gpg"), folder.Combine("os", "keys", "debian.gpg"));
        await File.WriteAllTextAsync(folder.Combine("Banana.slnx"), "<Solution />", Cancellation);
        await File.WriteAllTextAsync(
            Path.Combine(Recipes, "tiny.yaml"),
            $"summary: a test\nplugin: debian\narchitecture: x86-64\nmirror: {RealMirror}\nsuite: forky\ncomponents: [main]\nkeyring: ../keys/debian.gpg\ncheckValidUntil: false\npackages: [hostname]\n",
            Cancellation);

        var recipe = WorkbenchRecipe.Load(Recipes, "tiny");
        await Workbench.LockAsync(recipe, TestMachine.Context(null, TestMachine.Pool), Cancellation);
        var lockfile = await LockfileJson.ReadAsync(recipe.Lockfile, Cancellation);
        await BasePlugins.Create("debian", TestMachine.Context(null, TestMachine.Pool)).FetchAsync(recipe.Base, lockfile!, Cancellation);
        foreach (var package in lockfile!.Packages)
        {
            await new PackagePool(folder.Combine("cache", "pool")).AddFileAsync(TestMachine.Pool.PathOf(package.Sha256), Cancellation);
        }
    }

    private static string RealMirror => Environment.GetEnvironmentVariable("BANANA_TEST_MIRROR") ?? "http://deb.debian.org/debian";

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Two_runs_at_once_make_it_once_and_both_use_it()
    {
        var results = await Task.WhenAll(new ProcessRunner().RunAsync(Banana("hostname"), Cancellation), new ProcessRunner().RunAsync(Banana("hostname"), Cancellation));
        Assert.All(results, result => Assert.Equal("banana\n", result.Output));
        Assert.Single(results, result => result.Error.Contains("unpack", StringComparison.Ordinal));
        Assert.Single(Directory.GetDirectories(Entries));
        Assert.Empty(Directory.GetDirectories(Partial));
    }

    [Fact]
    public async Task Killed_run_leaves_no_mount_no_process_and_no_tree_that_counts()
    {
        var mounts = await File.ReadAllTextAsync("/proc/self/mountinfo", Cancellation);
        using (var process = await ProcessRunner.StartAsync(Banana("hostname")))
        {
            // In the middle: dpkg of the new tree is at work in its sandbox.
            while (!Running("--configure") && !Running("--unpack"))
            {
                Assert.False(process.HasExited, "it ended before it was killed");
                await Task.Delay(5, Cancellation);
            }

            process.Kill(entireProcessTree: false);
            await process.WaitForExitAsync(Cancellation);
        }

        Assert.Empty(Processes.That(line => line.Contains(folder.Path, StringComparison.Ordinal)));
        Assert.Equal(mounts, await File.ReadAllTextAsync("/proc/self/mountinfo", Cancellation));
        Assert.False(Directory.Exists(Entries));

        var again = await new ProcessRunner().RunAsync(Banana("hostname"), Cancellation);
        Assert.Equal("banana\n", again.Output);
        Assert.Empty(Directory.GetDirectories(Partial));
    }

    [Fact]
    public async Task Lockfile_that_does_not_fit_says_what_to_run()
    {
        var path = Path.Combine(Recipes, "tiny.yaml");
        await File.WriteAllTextAsync(path, (await File.ReadAllTextAsync(path, Cancellation)).Replace("[hostname]", "[hostname, less]", StringComparison.Ordinal), Cancellation);
        var error = await Assert.ThrowsAsync<BananaException>(() => Workbench.EnsureAsync(WorkbenchRecipe.Load(Recipes, "tiny"), TestMachine.Context(null, TestMachine.Pool), new ArtifactCache(folder.Combine("x")), Cancellation));
        Assert.Equal(ExitCode.BadInput, error.Code);
        Assert.Contains("it was made without less; run 'banana workbench lock tiny --update'", error.Message, StringComparison.Ordinal);
    }

    private Command Banana(params string[] inside) =>
        new("dotnet", [Path.Combine(AppContext.BaseDirectory, "banana.dll"), "workbench", "--name", "tiny", "--", .. inside])
        {
            Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["BANANA_HOME"] = folder.Path, ["BANANA_CACHE"] = folder.Combine("cache") },
            WorkingDirectory = folder.Path,
        };

    private bool Running(string word) => Process.GetProcessesByName("bwrap").Any(process =>
    {
        try
        {
            var line = File.ReadAllText($"/proc/{process.Id}/cmdline");
            return line.Contains(folder.Path, StringComparison.Ordinal) && line.Contains(word, StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false; // It ended in the meantime.
        }
    });
}
