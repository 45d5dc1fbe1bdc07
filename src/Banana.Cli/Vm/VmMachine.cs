// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Cli.Setup;
using Banana.Foundation.Errors;
using Banana.Foundation.Processes;
using Banana.Vm.Acceleration;
using Banana.Vm.Machine;

namespace Banana.Cli.Vm;

/// <summary>Turns what the user asked for into a machine.</summary>
internal static class VmMachine
{
    private const int KeptLogs = 20;

    /// <summary>A root shell on each login terminal of the machine: it is the maker's own, and a release has no password (systemd.system-credentials(7)).</summary>
    private static readonly Credential[] Login = [Credential.Text("agetty.autologin", "root"), Credential.Text("login.noauth", "yes")];

    /// <summary>The machine's options.</summary>
    /// <exception cref="BananaException">A window was asked for and cannot be opened, or KVM and cannot be used.</exception>
    public static async Task<MachineOptions> OptionsAsync(VmRequest request, BootSource source, IProcessRunner tools, CancellationToken cancellation)
    {
        var local = Checkout.Find().ReadLocalConfiguration();
        return new MachineOptions
        {
            SerialLog = NewLog(Path.Combine(local.Cache, "vm-logs")),
            Disk = source.Disk,
            PersistentDisk = request.Persist is { } file ? Path.GetFullPath(file) : null,
            MemoryMiB = request.MemoryMiB,
            Processors = request.Processors,
            Accelerator = Accelerator.Detect(request.Accelerator),
            Network = new MachineNetwork(request.Network, request.Forwards),
            Screen = request.Gui ? await WindowAsync(tools, cancellation) : request.Screenshot is null ? MachineScreen.None : MachineScreen.Headless,
            Credentials = request.Health ? [] : Login,
            KernelWords = local.Locale is { } locale ? [$"locale.LANG={locale}"] : [],
        };
    }

    private static async Task<MachineScreen> WindowAsync(IProcessRunner tools, CancellationToken cancellation)
    {
        if (Environment.GetEnvironmentVariable("WAYLAND_DISPLAY") is null or "" && Environment.GetEnvironmentVariable("DISPLAY") is null or "")
        {
            throw new BananaException(ExitCode.MissingTool, "--gui needs a desktop session (neither WAYLAND_DISPLAY nor DISPLAY is set)", next: "run it in a terminal of your desktop, or leave --gui out for the serial console");
        }

        var shown = (await tools.RunAsync(Command.Of("qemu-system-x86_64", "-display", "help"), cancellation)).Lines.Select(line => line.Trim()).ToHashSet(StringComparer.Ordinal);
        return shown.Contains("gtk") ? MachineScreen.GtkWindow
            : shown.Contains("sdl") ? MachineScreen.SdlWindow
            : throw new BananaException(ExitCode.MissingTool, "this QEMU cannot open windows", next: "install 'qemu-system-gui' (Debian), 'qemu-ui-gtk' (Arch, Fedora), or leave --gui out");
    }

    /// <summary>A new file for the serial log; the last few are kept.</summary>
    private static string NewLog(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var old in Directory.GetFiles(folder).OrderDescending(StringComparer.Ordinal).Skip(KeptLogs - 1))
        {
            File.Delete(old);
        }

        return Path.Combine(folder, $"{TimeProvider.System.GetUtcNow():yyyyMMdd-HHmmss}-{Environment.ProcessId}.log");
    }
}
