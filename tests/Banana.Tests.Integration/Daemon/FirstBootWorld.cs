// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bus;
using Banana.Daemon.FirstBoot;
using Banana.Foundation.Processes;
using Banana.Tests.Integration.Bus;
using Banana.Tests.Integration.Tools;

namespace Banana.Tests.Integration.Daemon;

/// <summary>
/// A machine where nobody has an account: the service on a real bus, and a root of its own in which the real tools make accounts. systemd's services for language
/// and time only write down here what they are asked: those of the host would change the host.
/// </summary>
internal sealed class FirstBootWorld : IAsyncDisposable
{
    private readonly TemporaryFolder root = new();

    private FirstBootWorld(PrivateBus bus)
    {
        Bus = bus;
        Accounts = new PersonAccounts(root.Path, new Sandbox(new ProcessRunner(), "/", writableRoot: false, [.. new[] { "etc", "home", "var" }.Select(name => new Bind(Directory.CreateDirectory(root.Combine(name)).FullName, "/" + name))]));
    }

    public PrivateBus Bus { get; }

    public PersonAccounts Accounts { get; }

    public string Root => root.Path;

    /// <summary>What systemd was asked.</summary>
    public List<string> Asked { get; } = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<FirstBootWorld> StartAsync()
    {
        FirstBootWorld world = new(await PrivateBus.StartAsync());
        await world.FurnishAsync();
        await world.StandInForSystemdAsync();
        var service = await world.Bus.ConnectAsync();
        await service.ExportAsync(FirstBootObject.Path, new FirstBootObject(world.Accounts, new SystemLocale(service, world.Root), new LoginManagers(world.Root), world.Root, () => null).Describe(), Token);
        await service.RequestNameAsync(FirstBootObject.Name, Token);
        return world;
    }

    public string Combine(string name) => root.Combine(name);

    public async Task WriteAsync(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(root.Combine(name))!);
        await File.WriteAllTextAsync(root.Combine(name), text, Token);
    }

    public Task<string> ReadAsync(string name) => File.ReadAllTextAsync(root.Combine(name), Token);

    public async ValueTask DisposeAsync()
    {
        await Bus.DisposeAsync();
        root.Dispose();
    }

    private async Task FurnishAsync()
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
    }

    private async Task StandInForSystemdAsync()
    {
        var systemd = await Bus.ConnectAsync();
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
            Asked.Add(what);
            return Task.CompletedTask;
        }
    }
}
