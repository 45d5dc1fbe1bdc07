// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Cli.Setup;
using System.CommandLine;
using Banana.Cli.Terminal;
using Banana.Foundation.Errors;
using Banana.Foundation.Processes;

namespace Banana.Cli.Vm;

/// <summary><c>banana vm [RELEASE]</c>: boots a release in a virtual machine.</summary>
internal static class VmCommand
{
    private static readonly Argument<string?> Release = new("RELEASE")
    {
        Description = "A release directory, a disk image, or a name below out/ (core, core/20261030.1); the newest release when left out",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<bool> Gui = new("--gui") { Description = "Open a window (GTK or SDL); the default for an edition with a desktop, where there is one to open it on" };
    private static readonly Option<bool> Snapshot = new("--snapshot") { Description = "Throw away what the guest writes (the default)" };
    private static readonly Option<string?> Persist = new("--persist") { Description = "Keep what the guest writes in this file", HelpName = "DISK" };
    private static readonly Option<string?> Memory = new("--memory") { Description = "Memory (2048M, 4G); by default 2G, and 4G for an edition with a desktop", HelpName = "SIZE" };
    private static readonly Option<int> Processors = new("--cpus") { Description = "Number of processors", HelpName = "N", DefaultValueFactory = _ => 2 };
    private static readonly Option<string> Accelerator = new("--accel") { Description = "kvm, tcg (emulation), or auto", HelpName = "NAME", DefaultValueFactory = _ => "auto" };
    private static readonly Option<bool> Network = new("--network") { Description = "Let the guest reach the network; otherwise only --forward reaches the guest" };
    private static readonly Option<string[]> Forward = new("--forward") { Description = "Forward a TCP port of 127.0.0.1 to the guest; may be repeated", HelpName = "HOST:GUEST", DefaultValueFactory = _ => [] };
    private static readonly Option<bool> Health = new("--health") { Description = "Boot, print the system's own health report, power off; exit code 9 when it is not healthy" };
    private static readonly Option<bool> Json = new("--json") { Description = "Print the health report as JSON" };
    private static readonly Option<int?> Timeout = new("--timeout") { Description = "Give up after this time (with --health: 600 when left out)", HelpName = "SECONDS" };
    private static readonly Option<string?> Screenshot = new("--screenshot") { Description = "Save a picture of the screen: with --health when the system is up, otherwise when you leave", HelpName = "FILE.png" };

    /// <summary>Makes the command.</summary>
    public static System.CommandLine.Command Create()
    {
        var command = new System.CommandLine.Command("vm", "Boot a release in a virtual machine, on this terminal or in a window")
        {
            Release, Gui, Snapshot, Persist, Memory, Processors, Accelerator, Network, Forward, Health, Json, Timeout, Screenshot,
        };
        command.SetAction(async (parsed, cancellation) => (int)await RunAsync(Read(parsed), parsed.GetValue(CommandHost.Verbose), cancellation));
        return command;
    }

    private static VmRequest Read(ParseResult parsed)
    {
        if (parsed.GetValue(Snapshot) && parsed.GetValue(Persist) is not null)
        {
            throw new BananaException(ExitCode.Usage, "--snapshot and --persist contradict each other", next: "leave one out");
        }

        return new VmRequest
        {
            Release = parsed.GetValue(Release),
            Gui = parsed.GetValue(Gui),
            Persist = parsed.GetValue(Persist),
            MemoryMiB = parsed.GetValue(Memory) is { } memory ? VmRequest.ParseMemory(memory) : null,
            Processors = parsed.GetValue(Processors),
            Accelerator = VmRequest.ParseAccelerator(parsed.GetValue(Accelerator)!),
            Network = parsed.GetValue(Network),
            Forwards = [.. parsed.GetValue(Forward)!.Select(VmRequest.ParseForward)],
            Health = parsed.GetValue(Health),
            Json = parsed.GetValue(Json),
            Timeout = parsed.GetValue(Timeout) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            Screenshot = parsed.GetValue(Screenshot),
        }.Check();
    }

    private static async Task<ExitCode> RunAsync(VmRequest request, bool verbose, CancellationToken cancellation)
    {
        var source = BootSource.Find(request.Release, Checkout.Find().Out);
        var tools = new ProcessRunner();
        var progress = new TerminalProgress(verbose);
        await HostPackages.EnsureAsync(Need.Vm, tools, progress, cancellation);
        var options = await VmMachine.OptionsAsync(request, source, tools, cancellation);
        return request.Health
            ? await HealthSession.RunAsync(request, source, options, tools, progress, cancellation)
            : await ConsoleSession.RunAsync(request, source, options, tools, progress, cancellation);
    }
}
