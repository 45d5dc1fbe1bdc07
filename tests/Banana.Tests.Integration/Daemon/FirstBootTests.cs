// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text.Json;
using Banana.Bus;
using Banana.Daemon.FirstBoot;
using Banana.Foundation.Errors;
using Banana.Foundation.Processes;
using Banana.Tests.Integration.Bus;
using Banana.Tests.Integration.Tools;

namespace Banana.Tests.Integration.Daemon;

/// <summary>
/// The first account, made by the real tools in a root of its own, over a real bus. systemd's services for language and time only write down here what they are
/// asked: those of the host would change the host.
/// </summary>
public sealed class FirstBootTests : IAsyncLifetime
{
    private const uint Nobody = 65534;
    private readonly TemporaryFolder root = new();
    private readonly List<string> asked = [];
    private PrivateBus bus = null!;
    private BusConnection client = null!;
    private PersonAccounts accounts = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await WriteAsync("etc/passwd", "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n");
        await WriteAsync("etc/shadow", "root:*:20000:0:99999:7:::\ndaemon:*:20000:0:99999:7:::\n");
        await WriteAsync("etc/group", "root:x:0:\ndaemon:x:1:\nsudo:x:27:\n");
        await WriteAsync("etc/gshadow", "root:*::\ndaemon:*::\nsudo:*::\n");
        await WriteAsync("etc/login.defs", "UID_MIN 1000\nUID_MAX 60000\nGID_MIN 1000\nGID_MAX 60000\nENCRYPT_METHOD YESCRYPT\nUMASK 077\nHOME_MODE 0700\n");
        await WriteAsync("etc/pam.d/chpasswd", "password required pam_unix.so yescrypt\n");
        await WriteAsync("etc/pam.d/other", "auth required pam_deny.so\naccount required pam_permit.so\npassword required pam_deny.so\nsession required pam_permit.so\n");
        await WriteAsync(KeyboardLayouts.FileName, "! model\n  pc105           Generic 105-key PC\n\n! layout\n  us              English (US)\n  custom          A user-defined custom Layout\n  de              German\n\n! variant\n  nodeadkeys      de: German (no dead keys)\n");
        await WriteAsync("usr/share/locale/de/LC_MESSAGES/plasmashell.mo", string.Empty);
        await WriteAsync("usr/share/locale/fr/LC_MESSAGES/dolphin.mo", string.Empty);
        await WriteAsync(LoginManagers.Session, "[Desktop Entry]\n");
        Directory.CreateDirectory(root.Combine("home"));
        accounts = new PersonAccounts(root.Path, new Sandbox(new ProcessRunner(), "/", writableRoot: false, [.. new[] { "etc", "home", "var" }.Select(name => new Bind(Directory.CreateDirectory(root.Combine(name)).FullName, "/" + name))]));

        bus = await PrivateBus.StartAsync();
        await StandInForSystemdAsync();
        var service = await bus.ConnectAsync();
        await service.ExportAsync(FirstBootObject.Path, new FirstBootObject(accounts, new SystemLocale(service, root.Path), new LoginManagers(root.Path), root.Path, () => null).Describe(), Token);
        await service.RequestNameAsync(FirstBootObject.Name, Token);
        client = await bus.ConnectAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await bus.DisposeAsync();
        root.Dispose();
    }

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
        await new LoginManagers(root.Path).SetAsync(accounts.IsNobody, Token);
        Assert.Contains("User=banana-first-boot", await ReadAsync("etc/plasmalogin.conf.d/20-banana-first-boot.conf"), StringComparison.Ordinal);

        await CallAsync("CreateAccount", "sss", "Ada Lovelace", "ada", "flower");
        Assert.Contains("ada:x:1000:1000:Ada Lovelace:/home/ada:/bin/bash\n", await ReadAsync("etc/passwd"), StringComparison.Ordinal);
        Assert.Matches(@"(?m)^ada:\$y\$[^:]+:", await ReadAsync("etc/shadow"));
        Assert.Contains("sudo:x:27:ada\n", await ReadAsync("etc/group"), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(root.Combine("home/ada")));
        Assert.False(File.Exists(root.Combine("etc/plasmalogin.conf.d/20-banana-first-boot.conf")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(root.Combine("var/lib/banana")));

        var second = await Assert.ThrowsAsync<BusException>(() => CallAsync("CreateAccount", "sss", "Eve", "eve", "flower"));
        Assert.Contains("somebody has an account on this machine already", second.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<BusException>(() => CallAsync("SetTimeZone", "s", "UTC"));
        Assert.DoesNotContain("eve", await ReadAsync("etc/passwd"), StringComparison.Ordinal);
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
        var before = await ReadAsync("etc/passwd");
        var error = await Assert.ThrowsAsync<BusException>(() => CallAsync("CreateAccount", "sss", fullName, name, password));
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.Equal(before, await ReadAsync("etc/passwd"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(root.Combine("home")));
    }

    [Fact]
    public async Task What_a_power_cut_left_of_an_account_is_taken_away_at_the_next_boot()
    {
        await accounts.MakeFirstAsync("Ada Lovelace", "ada", "flower", Token);
        await WriteAsync("var/lib/banana/account-begun", "ada");
        Assert.False(accounts.IsNobody);
        await accounts.CleanAsync(Token);
        Assert.True(accounts.IsNobody);
        Assert.False(Directory.Exists(root.Combine("home/ada")));
        Assert.False(File.Exists(root.Combine("var/lib/banana/account-begun")));
        await accounts.MakeFirstAsync("Ada Lovelace", "ada", "flower", Token);
        Assert.False(accounts.IsNobody);
    }

    [Fact]
    public async Task A_tool_that_fails_leaves_no_account()
    {
        // No module may set passwords: chpasswd(8) fails after useradd(8) has made the account.
        File.Delete(root.Combine("etc/pam.d/chpasswd"));
        var error = await Assert.ThrowsAsync<BusException>(() => CallAsync("CreateAccount", "sss", "Ada", "ada", "flower"));
        Assert.Contains("chpasswd failed", error.Message, StringComparison.Ordinal);
        Assert.True(accounts.IsNobody);
        Assert.Empty(Directory.EnumerateFileSystemEntries(root.Combine("home")));
    }

    [Fact]
    public async Task Language_keyboard_and_time_go_to_systemd_and_the_keyboard_to_new_sessions()
    {
        await CallAsync("SetLanguage", "s", "de_DE.UTF-8");
        await CallAsync("SetKeyboard", "s", "de");
        await CallAsync("SetTimeZone", "s", "Europe/Berlin");
        Assert.Equal(["LANG=de_DE.UTF-8", "de/pc105", "Europe/Berlin"], asked);
        Assert.Equal("[Layout]\nLayoutList=de\nUse=true\n", await ReadAsync("etc/xdg/kxkbrc"));
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
        var result = await bus.BusctlAsAsync(Nobody, "call", FirstBootObject.Name, FirstBootObject.Path, FirstBootObject.Name, "Describe");
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("Access denied", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_edition_without_the_dialogue_keeps_its_login_manager()
    {
        File.Delete(root.Combine(LoginManagers.Session));
        await new LoginManagers(root.Path).SetAsync(isNeeded: true, Token);
        Assert.False(Directory.Exists(root.Combine("etc/plasmalogin.conf.d")));
    }

    private Task<BusValues> CallAsync(string member, string signature, params object[] values) =>
        client.CallAsync(FirstBootObject.Name, FirstBootObject.Path, FirstBootObject.Name, member, signature, values, new BusCallOptions { Returns = member == "Describe" ? "s" : string.Empty }, Token);

    private async Task StandInForSystemdAsync()
    {
        var systemd = await bus.ConnectAsync();
        await systemd.ExportAsync("/org/freedesktop/locale1", new BusInterface("org.freedesktop.locale1")
            .Property("Locale", "as", () => new[] { "LANG=en_US.UTF-8" }).Property("X11Layout", "s", () => string.Empty)
            .Method("SetLocale", "locale:as interactive:b", call => Note(string.Join(' ', call.Values.Get<string[]>(0))))
            .Method("SetX11Keyboard", "layout:s model:s variant:s options:s convert:b interactive:b", call => Note($"{call.Values.Get<string>(0)}/{call.Values.Get<string>(1)}")), Token);
        await systemd.ExportAsync("/org/freedesktop/timedate1", new BusInterface("org.freedesktop.timedate1")
            .Property("Timezone", "s", () => "UTC")
            .Method("ListTimezones", string.Empty, "zones:as", _ => Task.FromResult<object[]>([new[] { "Europe/Berlin", "UTC" }]))
            .Method("SetTimezone", "zone:s interactive:b", call => Note(call.Values.Get<string>(0))), Token);
        await systemd.RequestNameAsync("org.freedesktop.locale1", Token);
        await systemd.RequestNameAsync("org.freedesktop.timedate1", Token);

        Task Note(string what)
        {
            asked.Add(what);
            return Task.CompletedTask;
        }
    }

    private async Task WriteAsync(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(root.Combine(name))!);
        await File.WriteAllTextAsync(root.Combine(name), text, Token);
    }

    private Task<string> ReadAsync(string name) => File.ReadAllTextAsync(root.Combine(name), Token);
}
