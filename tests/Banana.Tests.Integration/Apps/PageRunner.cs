// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Cli.Setup;
using Banana.Cli.Workbenches;
using Banana.Foundation.Processes;
using Banana.Foundation.Progress;
using Banana.Tests.Integration.Tools;
using Banana.Workbenches;

namespace Banana.Tests.Integration.Apps;

/// <summary>Runs Qt's tools on a page of <c>apps/</c> in its workbench, without a screen.</summary>
internal sealed class PageRunner : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private PageRunner(MakerEnvironment environment, Workbench workbench, string name)
    {
        Environment = environment;
        Workbench = workbench;
        Source = Path.Combine(environment.Checkout.Sources, "apps", name);
    }

    /// <summary>What the workbench comes from.</summary>
    public MakerEnvironment Environment { get; }

    /// <summary>The workbench.</summary>
    public Workbench Workbench { get; }

    /// <summary>The page.</summary>
    public string Source { get; }

    public static async Task<PageRunner> OpenAsync(string name, CancellationToken cancellation)
    {
        var environment = new MakerEnvironment(Checkout.Find(), SilentProgress.Instance);
        return new PageRunner(environment, await environment.WorkbenchAsync("apps-forky", environment.HostContext, cancellation), name);
    }

    /// <summary>Runs a test of QML with the page beside it as Main.qml.</summary>
    /// <param name="files">The test and what else it needs, below the page's folder.</param>
    /// <param name="bus">The socket of the system bus; null: none.</param>
    /// <param name="function">The one function of the test; null: all.</param>
    /// <param name="cancellation">Ends it.</param>
    public Task<CommandResult> TestAsync(IReadOnlyList<string> files, string? bus, string? function, CancellationToken cancellation)
    {
        foreach (var file in files)
        {
            File.Copy(Path.Combine(Source, file), folder.Combine(Path.GetFileName(file)));
        }

        File.Copy(Path.Combine(Source, "ui/main.qml"), folder.Combine("Main.qml"));
        var test = folder.Combine(Path.GetFileName(files[0]));
        return RunAsync("/usr/lib/qt6/bin/qmltestrunner", function is null ? ["-input", test] : ["-input", test, function], bus, cancellation);
    }

    /// <summary>Runs a program in the workbench.</summary>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="bus">The socket of the buses; null: none.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="tree">A folder that it sees too; null: none.</param>
    public Task<CommandResult> RunAsync(string program, IReadOnlyList<string> arguments, string? bus, CancellationToken cancellation, string? tree = null)
    {
        var command = Command.Of(program, arguments)
            .With("QT_QPA_PLATFORM", "offscreen").With("QT_QUICK_BACKEND", "software").With("QT_QPA_PLATFORMTHEME", "kde").With("QT_QUICK_CONTROLS_STYLE", "org.kde.desktop")
            .With("XDG_RUNTIME_DIR", "/tmp").With("QT_FORCE_STDERR_LOGGING", "1");
        return Workbench.Enter([new Bind(folder.Path), new Bind(Source, Writable: false), .. bus is null ? Array.Empty<Bind>() : [new Bind(Path.GetDirectoryName(bus)!)], .. tree is null ? Array.Empty<Bind>() : [new Bind(tree, Writable: false)]]).RunAsync(
            (bus is null ? command : command.With("DBUS_SYSTEM_BUS_ADDRESS", $"unix:path={bus}").With("DBUS_SESSION_BUS_ADDRESS", $"unix:path={bus}")) with { AllowFailure = true }, cancellation);
    }

    /// <summary>Its QML is what qmllint finds nothing to say about.</summary>
    public async Task HasNoWarningsAsync(CancellationToken cancellation)
    {
        var result = await RunAsync("/usr/lib/qt6/bin/qmllint", ["--max-warnings", "0", .. Directory.EnumerateFiles(Path.Combine(Source, "ui"), "*.qml")], bus: null, cancellation);
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
    }

    public void Dispose()
    {
        Environment.Dispose();
        folder.Dispose();
    }
}
