// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bus;
using Banana.Foundation.Processes;

namespace Banana.Tests.Integration.Bus;

/// <summary>Permission by the real polkitd, which talks on our bus and knows our actions only.</summary>
public sealed class PolkitTests : IAsyncLifetime
{
    private const uint Nobody = 65534;
    private const string BusctlsDenial = "Access denied"; // What it prints for the name of this error, whatever the text.
    private PrivateBus world = null!;
    private SampleService service = null!;

    public async ValueTask InitializeAsync()
    {
        world = await PrivateBus.StartAsync();
        service = await SampleService.StartAsync(world);
    }

    public async ValueTask DisposeAsync() => await world.DisposeAsync();

    [Fact]
    public async Task Polkit_decides_for_everybody_but_root()
    {
        await StartPolkitAsync();
        await Permitted(Nobody, "org.kde.banana1.test.everybody");
        await Refused(Nobody, "org.kde.banana1.test.nobody", BusctlsDenial);
        await Refused(Nobody, "org.kde.banana1.test.password", "org.kde.banana1.test.password needs a password");
        await Permitted(0, "org.kde.banana1.test.nobody");
        // An action that no file describes is polkit's own error.
        Assert.NotEqual(0, (await CheckAsync(Nobody, "org.kde.banana1.test.unknown")).ExitCode);
        Assert.Empty(world.Defects);
    }

    [Fact]
    public async Task A_challenge_has_an_error_of_its_own_and_the_exit_code_of_a_denial()
    {
        await StartPolkitAsync();
        var result = await world.BusctlAsAsync(Nobody, "--allow-interactive-authorization=no", "call", SampleService.Name, SampleService.Path, SampleService.Interface, "CheckedCall", "s", "org.kde.banana1.test.password");
        Assert.Contains("allow the system to ask for it", result.Error, StringComparison.Ordinal);
        Assert.Equal(Foundation.Errors.ExitCode.Denied, BusErrors.CodeOf(BusErrors.InteractiveAuthorizationRequired));
    }

    [Fact]
    public async Task Without_polkit_only_root_may()
    {
        await Permitted(0, "org.kde.banana1.test.everybody");
        await Refused(Nobody, "org.kde.banana1.test.everybody", BusctlsDenial);
    }

    private async Task Permitted(uint user, string action)
    {
        var result = await CheckAsync(user, action);
        Assert.Equal((0, string.Empty), (result.ExitCode, result.Error));
    }

    private async Task Refused(uint user, string action, string says)
    {
        var result = await CheckAsync(user, action);
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(says, result.Error, StringComparison.Ordinal);
    }

    private Task<CommandResult> CheckAsync(uint user, string action) =>
        world.BusctlAsAsync(user, "call", SampleService.Name, SampleService.Path, SampleService.Interface, "CheckedCall", "s", action);

    private async Task StartPolkitAsync()
    {
        var actions = Directory.CreateDirectory(world.Folder.Combine("actions")).FullName;
        var rules = Directory.CreateDirectory(world.Folder.Combine("rules")).FullName;
        await File.WriteAllTextAsync(Path.Combine(actions, "org.kde.banana1.test.policy"), $"""
            <?xml version="1.0" encoding="UTF-8"?>
            <!DOCTYPE policyconfig PUBLIC "-//freedesktop//DTD PolicyKit Policy Configuration 1.0//EN" "http://www.freedesktop.org/standards/PolicyKit/1/policyconfig.dtd">
            <policyconfig>{Action("everybody", "yes")}{Action("nobody", "no")}{Action("password", "auth_admin")}</policyconfig>
            """, TestContext.Current.CancellationToken);
        string[] programs = ["/usr/lib/polkit-1/polkitd", "/usr/libexec/polkitd"];
        // Our actions and no rules, whatever this machine has; its polkitd, which drops its privileges as always.
        var daemon = Command.Of("bwrap", "--die-with-parent", "--dev-bind", "/", "/", "--ro-bind", actions, "/usr/share/polkit-1/actions", "--ro-bind", rules, "/etc/polkit-1/rules.d", "--ro-bind", rules, "/usr/share/polkit-1/rules.d", programs.First(File.Exists), "--no-debug").With("DBUS_SYSTEM_BUS_ADDRESS", world.Address);
        var running = world.Start(daemon);
        var client = await world.ConnectAsync();
        await world.UntilAsync(() => running.IsFaulted || HasPolkit(client));
        if (running.IsFaulted)
        {
            await running;
        }
    }

    private static bool HasPolkit(BusConnection client) =>
        client.AskAsync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameHasOwner", "s", ["org.freedesktop.PolicyKit1"]).GetAwaiter().GetResult().Get<bool>(0);

    private static string Action(string name, string any) =>
        $"<action id=\"org.kde.banana1.test.{name}\"><description>{name}</description><message>{name}</message><defaults><allow_any>{any}</allow_any><allow_inactive>{any}</allow_inactive><allow_active>{any}</allow_active></defaults></action>";
}
