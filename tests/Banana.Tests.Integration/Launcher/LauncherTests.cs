// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Diagnostics;
using Banana.Foundation.Processes;

namespace Banana.Tests.Integration.Launcher;

/// <summary>The launcher <c>./banana</c>, on a copy of the checkout that it may not write to.</summary>
public sealed class LauncherTests : IDisposable
{
    private static readonly string[] Needed = ["banana", "global.json", "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", ".editorconfig", "eng", "src"];
    private readonly string folder = Directory.CreateTempSubdirectory("banana-launcher-").FullName;

    private string Checkout => Path.Combine(folder, "a check out");

    private string Link => Path.Combine(folder, "bin", "banana");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task It_builds_the_tool_once_and_starts_it_quickly_then()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var root = Environment.GetEnvironmentVariable("BANANA_HOME") ?? throw new InvalidOperationException("run by 'banana test'");
        Directory.CreateDirectory(Checkout);
        Directory.CreateDirectory(Path.GetDirectoryName(Link)!);
        await new ProcessRunner().RunAsync(Command.Of("cp", ["-r", "--preserve=timestamps", .. Needed.Select(name => Path.Combine(root, name)), Checkout]), cancellation);
        File.CreateSymbolicLink(Link, Path.Combine(Checkout, "banana"));

        // Two at once, through a symbolic link, from another folder: one of them builds, both run.
        var both = await Task.WhenAll(RunAsync("--version"), RunAsync("--version"));
        Assert.All(both, result => Assert.Equal((0, "0.1.0\n"), (result.ExitCode, result.Output)));
        Assert.Contains("banana: building the tool (first start", Assert.Single(both, result => result.Error.Length > 0).Error, StringComparison.Ordinal);

        var clock = Stopwatch.StartNew();
        var second = await RunAsync("--version");
        Assert.Equal((0, "0.1.0\n", string.Empty), (second.ExitCode, second.Output, second.Error));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(2), $"a second start took {clock.Elapsed}; a tenth of a second is normal, and this machine may be busy");

        // A source that does not compile: the compiler's words, the documented exit code, and nothing of it stays.
        var program = Path.Combine(Checkout, "src/Banana.Cli/Program.cs");
        var (good, time) = (await File.ReadAllTextAsync(program, cancellation), File.GetLastWriteTimeUtc(program));
        await File.AppendAllTextAsync(program, "this is no C#\n", cancellation);
        var broken = await RunAsync("--version");
        Assert.Equal((8, string.Empty), (broken.ExitCode, broken.Output));
        Assert.Contains("Program.cs(", broken.Error, StringComparison.Ordinal);
        Assert.Contains("banana: the tool could not be built", broken.Error, StringComparison.Ordinal);
        await File.WriteAllTextAsync(program, good, cancellation);
        File.SetLastWriteTimeUtc(program, time);
        Assert.Equal(0, (await RunAsync("--version")).ExitCode);
    }

    private Task<CommandResult> RunAsync(string argument)
    {
        // Root may write anywhere, so that only a read-only mount shows that nothing is written into the checkout.
        var command = Command.Of("bwrap", "--dev-bind", "/", "/", "--ro-bind", Checkout, Checkout, "--unsetenv", "BANANA_HOME", "--setenv", "XDG_CACHE_HOME", Path.Combine(folder, "cache"), "--chdir", "/", "--", Link, argument);
        return new ProcessRunner().RunAsync(command with { AllowFailure = true }, TestContext.Current.CancellationToken);
    }
}
