// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text.Json;
using Banana.Bus;
using Banana.Daemon.FirstBoot;
using Banana.Foundation.Errors;

namespace Banana.Tests.Integration.Daemon;

/// <summary>The first account, made by the real tools over a real bus.</summary>
public sealed class FirstBootTests : IAsyncLifetime
{
    private const uint Nobody = 65534;
    private FirstBootWorld world = null!;
    private BusConnection client = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private PersonAccounts Accounts => world.Accounts;

    public async ValueTask InitializeAsync()
    {
        world = await FirstBootWorld.StartAsync();
        client = await world.Bus.ConnectAsync();
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();

    [Fact]
    public async Task It_tells_what_there_is_to_choose_from()
    {
        var choices = JsonDocument.Parse((await CallAsync("Describe", string.Empty)).Get<string>(0)).RootElement;
        Assert.True(choices.GetProperty("isNeeded").GetBoolean());
        Assert.Equal("en_US.UTF-8", choices.GetProperty("language").GetString());
        Assert.Equal(["de", "en"], choices.GetProperty("languages").EnumerateArray().Select(language => language.GetString()));
        Assert.Equal(["us English (US)", "de German"], choices.GetProperty("keyboards").EnumerateArray().Select(layout => $"{layout.GetProperty("id")} {layout.GetProperty("name")}"));
        Assert.Equal(["Europe/Berlin", "UTC"], choices.GetProperty("timeZones").EnumerateArray().Select(zone => zone.GetString()));
    }

    [Fact]
    public async Task It_makes_an_administrator_with_a_home_and_a_password_and_then_nobody_else()
    {
        await new LoginManagers(world.Root).SetAsync(Accounts.IsNobody, Token);
        Assert.Contains("User=banana-first-boot", await world.ReadAsync("etc/plasmalogin.conf.d/20-banana-first-boot.conf"), StringComparison.Ordinal);

        await CallAsync("CreateAccount", "sss", "Ada Lovelace", "ada", "flower");
        Assert.Contains("ada:x:1000:1000:Ada Lovelace:/home/ada:/bin/bash\n", await world.ReadAsync("etc/passwd"), StringComparison.Ordinal);
        Assert.Equal(1000u, Accounts.NumberOf("ada"));
        Assert.Matches(@"(?m)^ada:\$y\$[^:]+:", await world.ReadAsync("etc/shadow"));
        Assert.Contains("sudo:x:27:ada\n", await world.ReadAsync("etc/group"), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(world.Combine("home/ada")));
        Assert.False(File.Exists(world.Combine("etc/plasmalogin.conf.d/20-banana-first-boot.conf")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(world.Combine("var/lib/banana")));

        var second = await Assert.ThrowsAsync<BusException>(() => CallAsync("CreateAccount", "sss", "Eve", "eve", "flower"));
        Assert.Contains("somebody has an account on this machine already", second.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<BusException>(() => CallAsync("SetTimeZone", "s", "UTC"));
        Assert.DoesNotContain("eve", await world.ReadAsync("etc/passwd"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Ada", "Ada", "flower", "a user name begins with a small letter")]
    [InlineData("Ada", "", "flower", "a user name begins with a small letter")]
    [InlineData("Ada", "daemon", "flower", "this name belongs to the system")]
    [InlineData("Ada", "sudo", "flower", "this name belongs to the system")]
    [InlineData("Ada:0:0", "ada", "flower", "a name has no colons")]
    [InlineData("Ada", "ada", "", "a password has at least one letter")]
    [InlineData("Ada", "ada", "a\nroot:b", "a password has at least one letter, and no line breaks")]
    public async Task A_name_or_a_password_that_is_none_changes_nothing(string fullName, string name, string password, string problem)
    {
        var before = await world.ReadAsync("etc/passwd");
        var error = await Assert.ThrowsAsync<BusException>(() => CallAsync("CreateAccount", "sss", fullName, name, password));
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.Equal(before, await world.ReadAsync("etc/passwd"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(world.Combine("home")));
    }

    [Fact]
    public async Task What_a_power_cut_left_of_an_account_is_taken_away_at_the_next_boot()
    {
        await Accounts.MakeFirstAsync("Ada Lovelace", "ada", "flower", Token);
        await world.WriteAsync("var/lib/banana/account-begun", "ada");
        Assert.False(Accounts.IsNobody);
        await Accounts.CleanAsync(Token);
        Assert.True(Accounts.IsNobody);
        Assert.False(Directory.Exists(world.Combine("home/ada")));
        Assert.False(File.Exists(world.Combine("var/lib/banana/account-begun")));
        await Accounts.MakeFirstAsync("Ada Lovelace", "ada", "flower", Token);
        Assert.False(Accounts.IsNobody);
    }

    [Fact]
    public async Task A_tool_that_fails_leaves_no_account()
    {
        // No module may set passwords: chpasswd(8) fails after useradd(8) has made the account.
        File.Delete(world.Combine("etc/pam.d/chpasswd"));
        var error = await Assert.ThrowsAsync<BusException>(() => CallAsync("CreateAccount", "sss", "Ada", "ada", "flower"));
        Assert.Contains("chpasswd failed", error.Message, StringComparison.Ordinal);
        Assert.True(Accounts.IsNobody);
        Assert.Empty(Directory.EnumerateFileSystemEntries(world.Combine("home")));
    }

    [Fact]
    public async Task Language_keyboard_and_time_go_to_systemd_and_the_keyboard_to_new_sessions()
    {
        await CallAsync("SetLanguage", "s", "de_DE.UTF-8");
        await CallAsync("SetKeyboard", "s", "de");
        await CallAsync("SetTimeZone", "s", "Europe/Berlin");
        Assert.Equal(["LANG=de_DE.UTF-8", "de/pc105", "Europe/Berlin"], world.Asked);
        Assert.Equal("[Layout]\nLayoutList=de\nUse=true\n", await world.ReadAsync("etc/xdg/kxkbrc"));
        Assert.Contains("this is no name of a language", (await Assert.ThrowsAsync<BusException>(() => CallAsync("SetLanguage", "s", "de_DE.UTF-8\nX=1"))).Message, StringComparison.Ordinal);
        Assert.Contains("there is no such keyboard", (await Assert.ThrowsAsync<BusException>(() => CallAsync("SetKeyboard", "s", "xx"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_what_its_description_says()
    {
        var seen = (await client.CallAsync(FirstBootObject.Name, FirstBootObject.Path, "org.freedesktop.DBus.Introspectable", "Introspect", string.Empty, [], cancellation: Token)).Get<string>(0);
        var described = await File.ReadAllTextAsync(Path.Combine(Banana.Cli.Setup.Checkout.Find().Sources, "dbus", FirstBootObject.Name + ".xml"), Token);
        Assert.Equal(DaemonTests.Members(described, FirstBootObject.Name), DaemonTests.Members(seen, FirstBootObject.Name));
    }

    [Fact]
    public async Task Other_users_may_not_even_look()
    {
        var result = await world.Bus.BusctlAsAsync(Nobody, "call", FirstBootObject.Name, FirstBootObject.Path, FirstBootObject.Name, "Describe");
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("Access denied", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_edition_without_the_dialogue_keeps_its_login_manager()
    {
        File.Delete(world.Combine(LoginManagers.Session));
        await new LoginManagers(world.Root).SetAsync(isNeeded: true, Token);
        Assert.False(Directory.Exists(world.Combine("etc/plasmalogin.conf.d")));
    }

    private Task<BusValues> CallAsync(string member, string signature, params object[] values) =>
        client.CallAsync(FirstBootObject.Name, FirstBootObject.Path, FirstBootObject.Name, member, signature, values, new BusCallOptions { Returns = member == "Describe" ? "s" : string.Empty }, Token);
}
