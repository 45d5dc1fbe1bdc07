// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Foundation.Processes;
using Banana.Tests.Integration.Tools;

namespace Banana.Tests.Integration.Workbenches;

public sealed class WorkbenchToolsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Inside_the_tree_cannot_be_changed_and_only_what_was_given_is_visible()
    {
        using var folder = new TemporaryFolder();
        var given = Directory.CreateDirectory(folder.Combine("given")).FullName;
        var inside = (await WorkbenchTools.WorkbenchAsync()).Enter(new Bind(given));
        await inside.RunAsync(Command.Of("touch", Path.Combine(given, "new")), Cancellation);
        Assert.True(File.Exists(Path.Combine(given, "new")));
        Assert.Contains("Read-only file system", (await inside.RunAsync(Command.Of("touch", "/usr/new") with { AllowFailure = true }, Cancellation)).Error, StringComparison.Ordinal);
        Assert.NotEqual(0, (await inside.RunAsync(Command.Of("test", "-e", TestMachine.Home) with { AllowFailure = true }, Cancellation)).ExitCode);
    }

    [Theory]
    [InlineData("mkfs.erofs", "--version", "1.9")]
    [InlineData("systemd-repart", "--version", "systemd 26")]
    [InlineData("ukify", "--version", "ukify 26")]
    [InlineData("pacman", "--version", "Pacman v7")]
    [InlineData("veritysetup", "--version", "veritysetup 2")]
    [InlineData("apt-get", "--version", "apt 3")]
    public async Task Tools_have_the_versions_that_the_forge_needs(string program, string argument, string says)
    {
        var result = await (await WorkbenchTools.WorkbenchAsync()).Enter().RunAsync(Command.Of(program, argument), Cancellation);
        Assert.Contains(says, result.Output + result.Error, StringComparison.Ordinal);
    }
}
