// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text;
using System.Text.RegularExpressions;
using Banana.Foundation.Errors;
using Banana.Vm.Serial;

namespace Banana.Tests.Unit.Vm;

public sealed class SerialConsoleTests : IAsyncDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(50);

    private readonly TemporaryFolder folder = new();
    private readonly SerialConsole console;
    private TimeSpan now;

    public SerialConsoleTests() => console = new SerialConsole("the serial console", folder["serial.log"], () => now);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IEnumerable<string> Texts => console.Lines.Select(line => line.Text);

    public async ValueTask DisposeAsync()
    {
        await console.DisposeAsync();
        folder.Dispose();
    }

    [Theory]
    [InlineData("[\e[0;32m  OK  \e[0m] Started \e[0;1;39mfoo\e[0m.\r\r\n", "[  OK  ] Started foo.")]
    [InlineData("\e]3008;start=cba0;user=root\e\\boot\r\n", "boot")] // systemd's context marks end by ST…
    [InlineData("\e]0;title\aboot\r\n", "boot")] // … titles by BEL
    [InlineData("\eP+q544e\e\\\e[6n\e(B\e=text\n", "text")]
    [InlineData("ab\bc\td\u007f\n", "ac d")]
    [InlineData("größe …\n", "größe …")]
    public void Control_sequences_are_taken_out_of_lines(string sent, string line)
    {
        Send(sent);
        Assert.Equal([line], Texts);
    }

    [Fact]
    public void Text_that_is_placed_by_cursor_movements_becomes_lines()
    {
        Send("\e[2J\e[01;01H\e[=3h\e[2J\e[01;01HUEFI Interactive Shell v2.2\r\n\e[05;01HPress ESC in 5 seconds\e[05;01HPress ESC in 4 seconds\r\nShell> ");
        Assert.Equal(["UEFI Interactive Shell v2.2", "Press ESC in 5 seconds", "Press ESC in 4 seconds", "Shell> "], Texts);
    }

    [Fact]
    public void A_live_list_of_waiting_jobs_leaves_its_last_state_only()
    {
        Send("Starting.\r\n[*     ] Job a running (1s)\r\r\n\eM\r\r\e[K[ *    ] Job a running (2s)\r\r\n\eM\r\r\e[K[  OK  ] Started a.\r\r\n");
        Assert.Equal(["Starting.", "[  OK  ] Started a."], Texts);
    }

    [Fact]
    public void Nothing_is_lost_when_sequences_and_characters_are_split()
    {
        var sent = Encoding.UTF8.GetBytes("\e]3008;x=y\e\\a\e[1;31m…\e[0mb\r\n");
        foreach (var value in sent)
        {
            console.Feed(new[] { value });
        }

        Assert.Equal(["a…b"], Texts);
    }

    [Fact]
    public void A_line_has_the_time_of_its_first_character()
    {
        now = TimeSpan.FromSeconds(1);
        Send("one\r\ntw");
        now = TimeSpan.FromSeconds(2);
        Send("o\r\nthree\r\n");
        Assert.Equal([("one", 1), ("two", 1), ("three", 2)], console.Lines.Select(line => (line.Text, (int)line.At.TotalSeconds)));
    }

    [Fact]
    public async Task The_log_has_every_byte_as_it_came()
    {
        Send("\e[1mraw\e[0m\r\n");
        await console.DisposeAsync();
        Assert.Equal("\e[1mraw\e[0m\r\n", await File.ReadAllTextAsync(folder["serial.log"], Token));
    }

    [Fact]
    public async Task What_already_came_is_found_and_so_is_what_comes()
    {
        Send("first\n");
        Assert.Equal("first", (await console.WaitForAsync("irs", Short, Token)).Text);
        var waiting = console.WaitForAsync(new Regex("^login: $"), Long, Token);
        Assert.False(waiting.IsCompleted);
        Send("log");
        Send("in: ");
        Assert.Equal("login: ", (await waiting).Text);
    }

    [Fact]
    public async Task A_line_that_comes_in_pieces_is_a_line_when_it_is_whole()
    {
        var waiting = console.WaitForLineAsync(new Regex("^END [0-9]+$"), "the end", Long, Token);
        Send("END 2");
        Assert.False(waiting.IsCompleted);
        Send("18\r\n");
        Assert.Equal("END 218", (await waiting).Text);
    }

    [Fact]
    public async Task A_time_out_says_what_was_there_instead_and_where_the_rest_is()
    {
        Send("one\ntwo\nthree\nfour\n");
        var error = await Assert.ThrowsAsync<BananaException>(() => console.WaitForAsync("login:", Short, Token));
        Assert.Equal(ExitCode.Unhealthy, error.Code);
        Assert.Equal($"'login:' did not appear on the serial console within 0.1 s; its last lines: two | three | four; the whole log is in {folder["serial.log"]}", error.Message.Replace("0.05 s", "0.1 s"));
    }

    [Fact]
    public async Task A_silent_machine_is_said_to_be_silent()
    {
        var error = await Assert.ThrowsAsync<BananaException>(() => console.WaitForAsync("login:", Short, Token));
        Assert.Contains("it said nothing at all", error.Message);
    }

    [Fact]
    public async Task A_panic_ends_the_waiting_for_anything_else()
    {
        var login = console.WaitForAsync("login:", Long, Token);
        var panic = console.WaitForAsync("Kernel panic", Long, Token);
        Send("[    1.2] Kernel panic - not syncing: VFS: Unable to mount root fs\r\n");
        var error = await Assert.ThrowsAsync<BananaException>(() => login);
        Assert.Contains("the guest's kernel panicked (Kernel panic - not syncing: VFS: Unable to mount root fs) before 'login:' appeared", error.Message);
        Assert.Contains("Kernel panic", (await panic).Text);
        await Assert.ThrowsAsync<BananaException>(() => console.WaitForAsync("later", Long, Token));
    }

    [Fact]
    public async Task The_end_of_the_machine_ends_the_waiting_after_its_last_words()
    {
        var bye = console.WaitForAsync("bye", Long, Token);
        var login = console.WaitForAsync("login:", Long, Token);
        Send("good");
        console.End(new BananaException(ExitCode.ToolFailed, "QEMU ended with exit code 1 (no disk)"));
        await Assert.ThrowsAsync<BananaException>(() => bye);
        Assert.Contains("QEMU ended with exit code 1 (no disk) before 'login:' appeared on the serial console; its last lines: good", (await Assert.ThrowsAsync<BananaException>(() => login)).Message);
        Assert.Equal("good", (await console.WaitForAsync("good", Short, Token)).Text);
    }

    [Fact]
    public async Task Cancelling_ends_one_waiting_and_no_other()
    {
        using var stop = new CancellationTokenSource();
        var one = console.WaitForAsync("a", Long, stop.Token);
        var other = console.WaitForAsync("a", Long, Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
        Send("a\n");
        Assert.Equal("a", (await other).Text);
    }

    private void Send(string text) => console.Feed(Encoding.UTF8.GetBytes(text));
}
