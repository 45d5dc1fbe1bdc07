// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Foundation.Processes;

namespace Banana.Tests.Integration.Launcher;

/// <summary>The program <c>banana</c> as a user starts it: what it prints where, and its exit codes.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("banana-cli-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private Task<CommandResult> RunAsync(params string[] arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "banana.dll");
        var command = Command.Of("dotnet", [program, .. arguments]).With("BANANA_HOME", folder).With("BANANA_CACHE", Path.Combine(folder, "cache"));
        return new ProcessRunner().RunAsync(command with { AllowFailure = true }, TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData]
    [InlineData("--help")]
    [InlineData("-h")]
    public async Task Without_a_command_it_shows_every_command(params string[] arguments)
    {
        var result = await RunAsync(arguments);
        Assert.Equal((0, string.Empty), (result.ExitCode, result.Error));
        Assert.StartsWith("Banana makes, tests and releases an image-based KDE operating system.\n\nUsage: banana COMMAND [OPTION…]\n", result.Output, StringComparison.Ordinal);
        Assert.All(["try", "build", "vm", "test", "setup"], command => Assert.Contains($"\n  {command} ", result.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_command_has_its_own_help()
    {
        var result = await RunAsync("test", "--help");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("banana test [<tier>...] [command] [options]", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("banana: Unrecognized command or argument 'frob'; see 'banana --help'", "frob")]
    [InlineData("banana: Argument 'frob' not recognized. Must be one of: 'unit' 'integration' 'vm'; see 'banana test --help'", "test", "frob")]
    [InlineData("banana: Option '--edition' expects a single argument but 2 were provided; see 'banana build --help'", "build", "--edition", "a", "--edition", "b")]
    public async Task A_command_line_that_is_not_understood_is_one_line_and_code_2(string says, params string[] arguments)
    {
        var result = await RunAsync(arguments);
        Assert.Equal((2, string.Empty), (result.ExitCode, result.Output));
        Assert.Equal(says + "\n", result.Error);
    }

    [Fact]
    public async Task A_mistake_in_a_file_is_one_line_and_code_3()
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "banana.local.yaml"), "cache: /tmp\nmirorrs: {}\n", TestContext.Current.CancellationToken);
        var result = await RunAsync("test", "unit");
        Assert.Equal((3, string.Empty), (result.ExitCode, result.Output));
        Assert.EndsWith("banana.local.yaml:2:1: unknown key of the local configuration 'mirorrs'; did you mean 'mirrors'?\n", result.Error, StringComparison.Ordinal);
    }
}
