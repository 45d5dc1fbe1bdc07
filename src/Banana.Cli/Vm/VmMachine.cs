// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Cli.Setup;
using Banana.Definition;
using Banana.Foundation.Errors;
using Banana.Foundation.Processes;
using Banana.Qa.Staging;
using Banana.Vm.Acceleration;
using Banana.Vm.Machine;

namespace Banana.Cli.Vm;

/// <summary>Turns what the user asked for into a machine.</summary>
internal static class VmMachine
{
    /// <summary>The kernel's messages and logins on the serial port too; the splash stays on the screen.</summary>
    private static readonly IReadOnlyList<string> SerialConsole = ["console=tty0", "console=ttyS0", "plymouth.ignore-serial-consoles"];

    private const int KeptLogs = 20;
    private const int SmallMemory = 2048;
    private const int DesktopMemory = 4096;

    /// <summary>A root shell on each login terminal of the machine: it is the maker's own, and a release has no password (systemd.system-credentials(7)).</summary>
    private static readonly Credential[] Login = [Credential.Text("agetty.autologin", "root"), Credential.Text("login.noauth", "yes")];

    /// <summary>The machine's options.</summary>
    /// <exception cref="BananaException">A window was asked for and cannot be opened, or KVM and cannot be used.</exception>
    public static async Task<MachineOptions> OptionsAsync(VmRequest request, BootSource source, IProcessRunner tools, CancellationToken cancellation)
    {
        var checkout = Checkout.Find();
        var local = checkout.ReadLocalConfiguration();
        var isDesktop = IsDesktop(source, checkout);
        var accelerator = Accelerator.Detect(request.Accelerator);
        IReadOnlyList<Credential> person = isDesktop && !request.Health ? GuestUser.Tester.Credentials(GuestPresence.LoggedIn, accelerator.Kind == AcceleratorKind.Tcg) : [];
        return new MachineOptions
        {
            SerialLog = NewLog(Path.Combine(local.Cache, "vm-logs")),
            Disk = source.Disk,
            PersistentDisk = request.Persist is { } file ? Path.GetFullPath(file) : null,
            MemoryMiB = request.MemoryMiB ?? (isDesktop ? DesktopMemory : SmallMemory),
            Processors = request.Processors,
            Accelerator = accelerator,
            Network = new MachineNetwork(request.Network, request.Forwards),
            Screen = request.Gui || (isDesktop && !request.Health && HasDisplay) ? await WindowAsync(tools, cancellation) : isDesktop || request.Screenshot is not null ? MachineScreen.Headless : MachineScreen.None,
            Credentials = request.Health ? [] : [.. Login, .. person],
            // A release with a desktop is quiet; whoever starts it here wants its console on the terminal as well.
            KernelWords = [.. local.Locale is { } locale ? new[] { $"locale.LANG={locale}" } : [], .. isDesktop ? SerialConsole : []],
        };
    }

    /// <summary>Whether an edition shows a desktop, by the definition of this checkout; a bare image and an edition that it does not know do not.</summary>
    private static bool IsDesktop(BootSource source, Checkout checkout)
    {
        if (source.Release is not { Manifest: var manifest })
        {
            return false;
        }

        var definition = DefinitionLoader.Load(checkout.DefinitionFolder);
        return definition.Editions.ContainsKey(manifest.Edition) && EditionResolver.Resolve(definition, manifest.Edition).Units.DefaultTarget == "graphical.target";
    }

    private static bool HasDisplay => Environment.GetEnvironmentVariable("WAYLAND_DISPLAY") is { Length: > 0 } || Environment.GetEnvironmentVariable("DISPLAY") is { Length: > 0 };

    private static async Task<MachineScreen> WindowAsync(IProcessRunner tools, CancellationToken cancellation)
    {
        if (!HasDisplay)
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
