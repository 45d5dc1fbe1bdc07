// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Globalization;
using Banana.Bus;
using Banana.Device.Running;
using Banana.Foundation.Processes;
using Banana.Tests.Integration.Tools;

namespace Banana.Tests.Integration.Notices;

/// <summary>
/// A real service manager of a user, with the units of the desktop editions, a real bus, and a /run and translations of its own. It is in control groups of
/// its own: a user manager moves whatever else is in the group where it starts.
/// </summary>
internal sealed class UserManager : IAsyncDisposable
{
    /// <summary>The session, as Plasma's own target begins one.</summary>
    public const string Session = "session.target";

    private const string Manager = "org.freedesktop.systemd1";
    private const string Script = """
        set -e
        enter() { mkdir "$1$2/$NAME" && echo $$ >"$1$2/$NAME/cgroup.procs"; }
        while IFS=: read -r number kinds path; do
          [ "$path" = / ] && path=
          case "$number:$kinds" in
            0:) for top in /sys/fs/cgroup/unified /sys/fs/cgroup; do if [ -e $top/cgroup.procs ]; then enter $top "$path"; break; fi; done ;;
            *:name=systemd) enter /sys/fs/cgroup/systemd "$path" ;;
          esac
        done <<END
        $(cat /proc/self/cgroup)
        END
        grep -q "/$NAME\$" /proc/self/cgroup
        mount -t tmpfs tmpfs /run
        mkdir -p /run/systemd/system /run/banana
        mount --bind "$FOLDER/run/banana" /run/banana
        mount --bind "$FOLDER/locale" /usr/share/locale
        for program in /usr/lib/systemd/systemd /lib/systemd/systemd; do
          [ -x $program ] && exec $program --user --log-target=console --unit=start.target
        done
        """;

    private readonly string name = $"banana-test-{Environment.ProcessId:x}-{Random.Shared.Next():x}";
    private readonly CancellationTokenSource stop = new();
    private readonly System.Collections.Concurrent.ConcurrentQueue<string> log = new();
    private Task ended = Task.CompletedTask;

    private UserManager()
    {
    }

    public TemporaryFolder Folder { get; } = new();

    public BusConnection Bus { get; private set; } = null!;

    public string Address => $"unix:path={Folder.Combine("session/bus")}";

    public StagedFile Staged => new(Folder.Path);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Starts it.</summary>
    /// <param name="asPerson">Whether who runs the tests (root) is taken for a person.</param>
    public static async Task<UserManager> StartAsync(bool asPerson = true)
    {
        var manager = new UserManager();
        var checkout = Banana.Cli.Setup.Checkout.Find().Root;
        foreach (var folder in new[] { "run/banana", "locale/de/LC_MESSAGES", "units/banana-notify.service.d", "units/banana-notify.path.d", "session", "home" })
        {
            Directory.CreateDirectory(manager.Folder.Combine(folder));
        }

        File.SetUnixFileMode(manager.Folder.Combine("session"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await new ProcessRunner().RunAsync(Command.Of("msgfmt", "-o", manager.Folder.Combine("locale/de/LC_MESSAGES/kcm_banana_updates.mo"), Path.Combine(checkout, "apps/updates/po/de/kcm_banana_updates.po")), Token);
        await manager.UnitAsync("start.target", "[Unit]\nRequires=dbus.socket\nAfter=dbus.socket");
        await manager.UnitAsync(Session, "[Unit]\nRequires=graphical-session.target\nBindsTo=graphical-session.target\nBefore=graphical-session.target");
        await manager.UnitAsync("dbus.socket", "[Socket]\nListenStream=%t/bus");
        await manager.UnitAsync("dbus.service", "[Unit]\nRequires=dbus.socket\n[Service]\nType=notify\nNotifyAccess=main\nExecStart=/usr/bin/dbus-daemon --session --address=systemd: --nofork --nopidfile");

        // An empty condition forgets all of them. The program is the one of this checkout, by the name that it looks at.
        var person = asPerson ? "ConditionUser=\n" : string.Empty;
        await manager.UnitAsync("banana-notify.path.d/test.conf", $"[Unit]\n{person}");
        await manager.UnitAsync("banana-notify.service.d/test.conf", $"""
            [Unit]
            {person}{(asPerson ? "ConditionPathExists=/run/banana/staged" : string.Empty)}
            [Service]
            Environment=LC_ALL=C.UTF-8 LANGUAGE=de
            ExecStart=
            ExecStart=@{Banana.Cli.Setup.HostPackage.FindProgram("dotnet")} bananactl {Path.Combine(AppContext.BaseDirectory, "bananad.dll")} notify
            """);
        var command = Command.Of("unshare", "--mount", "--propagation", "private", "sh", "-c", Script) with { AllowFailure = true, OnLine = manager.log.Enqueue };
        foreach (var (variable, value) in new[]
        {
            ("NAME", manager.name), ("FOLDER", manager.Folder.Path), ("XDG_RUNTIME_DIR", manager.Folder.Combine("session")), ("HOME", manager.Folder.Combine("home")),
            ("XDG_CONFIG_HOME", manager.Folder.Combine("home/config")), ("XDG_DATA_HOME", manager.Folder.Combine("home/data")), ("DBUS_SESSION_BUS_ADDRESS", manager.Address),
            ("SYSTEMD_UNIT_PATH", $"{manager.Folder.Combine("units")}:{checkout}/os/overlay/desktop/usr/lib/systemd/user:"),
        })
        {
            command = command.With(variable, value);
        }

        manager.ended = manager.RunAsync(command);
        try
        {
            await manager.UntilAsync(() => Task.FromResult(File.Exists(manager.Folder.Combine("session/bus"))));
            manager.Bus = await BusConnection.OpenAsync(manager.Address);
            await manager.UntilAsync(async () => (await manager.Bus.CallAsync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameHasOwner", "s", [Manager])).Get<bool>(0));
            await manager.AskAsync("EnableUnitFiles", "asbb", new[] { "banana-notify.path", "banana-notify.service" }, true, false);
            await manager.AskAsync("Reload", string.Empty);
            return manager;
        }
        catch
        {
            await manager.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts or stops a unit: the session, or what it has.</summary>
    public Task StartUnitAsync(string unit) => AskAsync("StartUnit", "ss", unit, "replace");

    public Task StopUnitAsync(string unit) => AskAsync("StopUnit", "ss", unit, "replace");

    /// <summary>A property of a unit as text.</summary>
    public async Task<string> StateAsync(string unit, string property = "ActiveState", string @interface = "Unit")
    {
        var path = (await AskAsync("LoadUnit", "s", unit)).Get<string>(0);
        var value = (await Bus.CallAsync(Manager, path, "org.freedesktop.DBus.Properties", "Get", "ss", [$"{Manager}.{@interface}", property], cancellation: Token)).Get<BusVariant>(0);
        return string.Create(CultureInfo.InvariantCulture, $"{value.Value}");
    }

    public Task UntilAsync(string unit, string state) => UntilAsync(async () => await StateAsync(unit) == state);

    public async Task UntilAsync(Func<Task<bool>> condition)
    {
        for (var tries = 0; !await condition(); tries++)
        {
            Assert.True(tries < 1000 && !ended.IsCompleted, $"it did not happen:\n{string.Join('\n', log)}");
            await Task.Delay(50, Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Bus is not null)
        {
            // Not Exit(), which leaves behind what runs.
            await AskAsync("StartUnit", "ss", "exit.target", "replace-irreversibly");
            await Task.WhenAny(ended, Task.Delay(TimeSpan.FromSeconds(30)));
            await Bus.DisposeAsync();
        }

        await stop.CancelAsync();
        await ended;
        await new ProcessRunner().RunAsync(Command.Of("find", "/sys/fs/cgroup", "-depth", "-type", "d", "-path", $"*/{name}*", "-exec", "rmdir", "{}", ";") with { AllowFailure = true }, CancellationToken.None);
        stop.Dispose();
        Folder.Dispose();
    }

    private Task<BusValues> AskAsync(string member, string signature, params object[] values) =>
        Bus.CallAsync(Manager, "/org/freedesktop/systemd1", Manager + ".Manager", member, signature, values, cancellation: CancellationToken.None);

    private Task UnitAsync(string unit, string text) => File.WriteAllTextAsync(Folder.Combine("units", unit), text + "\n", Token);

    private async Task RunAsync(Command command)
    {
        try
        {
            await new ProcessRunner().RunAsync(command, stop.Token);
        }
        catch (OperationCanceledException)
        {
            // It was meant to end.
        }
    }
}
