// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Reflection;
using System.Runtime.InteropServices;
using Banana.Bus;
using Banana.Control;
using Banana.Daemon;
using Banana.Daemon.Conditions;
using Banana.Daemon.Health;
using Banana.Daemon.Service;
using Banana.Device.Boots;
using Banana.Device.Running;
using Banana.Device.Settings;
using Banana.Foundation.Errors;

// One program file with two names: a second copy of the runtime would add 20 MB to the image.
if (Path.GetFileName(Invocation.Name()) == "bananactl")
{
    return await ControlProgram.RunAsync(args, Output.OfConsole(), DaemonClient.OpenAsync);
}

using var asked = new CancellationTokenSource();
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
try
{
    switch (args)
    {
        case []:
            await ServeAsync(asked.Token);
            return (int)ExitCode.Success;
        case ["boot-check"]:
            var verdict = await BootCheck.RunAsync(LinuxDevice.Open, () => BootCounter.TriesLeft(), asked.Token);
            if (verdict != ExitCode.Success && BootMenu.ShowOnce())
            {
                Journal.Write($"the boot menu is shown for {BootMenu.Seconds} s at the next start");
            }

            return (int)verdict;
        case ["background-check"]:
            await RequireGoodTimeAsync(asked.Token);
            return (int)ExitCode.Success;
        case ["--version"]:
            Journal.Write($"bananad {Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion}");
            return (int)ExitCode.Success;
        default:
            Journal.Write($"bananad: there is no command '{args[0]}'; it is started without one by D-Bus, with 'boot-check' once in a boot, or with 'background-check' as a condition of units");
            return (int)ExitCode.Usage;
    }
}
catch (BananaException error)
{
    Journal.Write(error.Message);
    return (int)error.Code;
}

static async Task ServeAsync(CancellationToken cancellation)
{
    // Long enough that a page that looks now and then does not start it each time, short enough to be gone when nobody looks.
    var idle = TimeSpan.FromSeconds(30);
    using var device = LinuxDevice.Open();
    await using var bus = await BusConnection.OpenSystemAsync(new BusOptions { OnDefect = error => Journal.Write(error.ToString()) });
    await DaemonServer.RunAsync(bus, device, idle, cancellation);
}

static async Task RequireGoodTimeAsync(CancellationToken cancellation)
{
    await using var bus = await BusConnection.OpenSystemAsync();
    await BackgroundConditions.RequireAsync(bus, SettingsFiles.OfSystem().Read(), "/", cancellation);
}

void OnSignal(PosixSignalContext signal)
{
    signal.Cancel = true;
    asked.Cancel();
}
