// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Control;

namespace Banana.Tests.Unit.Device;

/// <summary>The completions and the manual page in the image are those of the commands that there are.</summary>
public sealed class ShellFilesTests
{
    private const string Share = "os/overlay/device/usr/share/";

    [Theory]
    [InlineData(Share + "bash-completion/completions/bananactl", "completion", "bash")]
    [InlineData(Share + "zsh/vendor-completions/_bananactl", "completion", "zsh")]
    [InlineData(Share + "fish/vendor_completions.d/bananactl.fish", "completion", "fish")]
    [InlineData(Share + "man/man1/bananactl.1", "man")]
    public async Task A_file_is_what_the_program_prints(string path, params string[] words)
    {
        using var printed = new StringWriter();
        var code = await ControlProgram.RunAsync(words, new Output(printed, TextWriter.Null, isTerminal: false), () => throw new InvalidOperationException("no daemon is asked"));
        Assert.Equal(0, code);
        Assert.True(File.ReadAllText(Path.Combine(Checkout.Root, path)) == printed.ToString(), $"write it anew: bananactl {string.Join(' ', words)} >{path}");
    }

    [Theory]
    [InlineData(0, "completion", "--help")]
    [InlineData(2, "completion")]
    [InlineData(2, "completion", "tcsh")]
    public async Task Who_asks_for_help_need_not_give_what_the_command_would_need(int expected, params string[] words) =>
        Assert.Equal(expected, await ControlProgram.RunAsync(words, new Output(TextWriter.Null, TextWriter.Null, isTerminal: false), () => throw new InvalidOperationException("no daemon is asked")));
}
