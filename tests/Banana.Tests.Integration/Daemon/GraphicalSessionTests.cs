// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bus;
using Banana.Daemon.Health;
using Banana.Tests.Integration.Bus;

namespace Banana.Tests.Integration.Daemon;

/// <summary>Which screens make a boot good. What a real logind says of a real session is seen by the scenarios of `banana qa`; here it says what it says of broken ones.</summary>
public sealed class GraphicalSessionTests : IAsyncLifetime
{
    private const string Login = "org.freedesktop.login1";
    private const uint User = 1000;
    private PrivateBus bus = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => bus = await PrivateBus.StartAsync();

    public ValueTask DisposeAsync() => bus.DisposeAsync();

    [Theory]
    [InlineData(true, "2", "wayland", 30, null)]
    [InlineData(false, "", "", 0, null)]
    [InlineData(true, "", "", 0, "the screen shows no session")]
    [InlineData(true, "2", "tty", 30, "the screen shows session 2, which is of the type 'tty'")]
    [InlineData(true, "2", "wayland", 5, "kwin_wayland in session 2 has run for 5 s only")]
    [InlineData(true, "2", "wayland", 0, "kwin_wayland does not run in session 2 of user 1000")]
    public async Task A_screen_has_to_show_a_session_whose_compositor_lives(bool canShow, string session, string type, int lives, string? problem)
    {
        var path = session.Length == 0 ? "/" : "/org/freedesktop/login1/session/_32";
        var logind = await bus.ConnectAsync();
        await logind.ExportAsync("/org/freedesktop/login1/seat/seat0", new BusInterface($"{Login}.Seat")
            .Property("CanGraphical", "b", () => canShow).Property("ActiveSession", "(so)", () => new object[] { session, path }), Token);
        await logind.ExportAsync("/org/freedesktop/login1/session/_32", new BusInterface($"{Login}.Session")
            .Property("Type", "s", () => type).Property("User", "(uo)", () => new object[] { User, "/org/freedesktop/login1/user/_1000" }), Token);
        await logind.RequestNameAsync(Login, Token);
        Assert.Equal(problem, await LookAsync(lives));
    }

    [Fact]
    public async Task A_machine_without_a_seat_has_no_screen()
    {
        var logind = await bus.ConnectAsync();
        await logind.RequestNameAsync(Login, Token);
        Assert.Null(await LookAsync(lives: 0));
    }

    // What runs: /proc with one compositor of that age, of whoever runs this test where that is the user that is looked for.
    private async Task<string?> LookAsync(int lives)
    {
        var processes = bus.Folder.Combine("proc");
        Directory.CreateDirectory(processes);
        await File.WriteAllTextAsync(Path.Combine(processes, "uptime"), "1000.00 1000.00\n", Token);
        if (lives > 0)
        {
            var folder = Directory.CreateDirectory(Path.Combine(processes, "100")).FullName;
            await File.WriteAllTextAsync(Path.Combine(folder, "comm"), "kwin_wayland\n", Token);
            await File.WriteAllTextAsync(Path.Combine(folder, "stat"), $"100 (kwin_wayland) S 1 1 1 0 -1 4194304 100 0 0 0 5 3 0 0 20 0 8 0 {(1000 - lives) * 100} 1000 200 184\n", Token);
            Foundation.Files.UnixFile.SetOwner(folder, User, User);
        }

        return await new GraphicalSession(await bus.ConnectAsync(), new RunningProcesses(bus.Folder.Path)).LookAsync("kwin_wayland", Token);
    }
}
