// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text;
using Banana.Bases;
using Banana.Cli.Setup;
using Banana.Cli.Workbenches;
using Banana.Foundation.Hashing;
using Banana.Foundation.Processes;
using Banana.Foundation.Progress;
using Banana.Workbenches;

namespace Banana.Tests;

/// <summary>
/// systemd's own <c>updatectl</c>, compiled from the source package of Debian, which builds its packages without it. Compiled once and kept
/// in the cache: the program and the library that it links (<see cref="Program"/>, <see cref="Library"/>).
/// </summary>
internal sealed class StockUpdatectl
{
    private const string Version = "262";
    private const string SourceFile = $"pool/main/s/systemd/systemd_{Version}.orig.tar.gz";
    private const string SourceSha256 = "6aa77506c0644aa67f940a48e3d3a7368601f787e4f249139516d353f107bcab";
    private const long SourceSize = 19038647;
    private static readonly Lazy<Task<StockUpdatectl>> Made = new(MakeAsync);

    // Nothing but what the client needs; what it is measured by is what it says, not how fast.
    private static readonly IReadOnlyList<string> Options =
    [
        "--auto-features=disabled", "--buildtype=plain", "-Dmode=release", "-Dtests=false", "-Dman=disabled", "-Dtranslations=false",
        "-Dlibcurl=enabled", "-Dopenssl=enabled", "-Dzlib=enabled", "-Dxz=enabled", "-Dfdisk=enabled", "-Dimportd=enabled", "-Dsysupdate=enabled", "-Dsysupdated=enabled",
    ];

    private StockUpdatectl(string folder, Workbench workbench)
    {
        Folder = folder;
        Workbench = workbench;
    }

    /// <summary>Where it is.</summary>
    public string Folder { get; }

    /// <summary>The program.</summary>
    public string Program => Path.Combine(Folder, "updatectl");

    /// <summary>The library beside it; found by LD_LIBRARY_PATH.</summary>
    public string Library => Path.Combine(Folder, $"libsystemd-shared-{Version}.so");

    /// <summary>Where it runs: a tree with the C library that it was compiled for.</summary>
    public Workbench Workbench { get; }

    /// <summary>The program; compiled by the first test that asks for it.</summary>
    public static Task<StockUpdatectl> GetAsync() => Made.Value;

    /// <summary>Runs it on a bus. It takes a folder of that name for a system that systemd runs (sd_booted(3)).</summary>
    /// <param name="socket">The socket of the bus.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="cancellation">Ends it.</param>
    public Task<CommandResult> RunAsync(string socket, IEnumerable<string> arguments, CancellationToken cancellation) =>
        Workbench.Enter(new Bind(Folder, Writable: false), new Bind(Path.GetDirectoryName(socket)!), new Bind(Folder, "/run/systemd/system", Writable: false)).RunAsync(
            Command.Of(Program, arguments).With("LD_LIBRARY_PATH", Folder).With("DBUS_SYSTEM_BUS_ADDRESS", $"unix:path={socket}").With("TERM", "dumb").With("LC_ALL", "C.UTF-8") with { AllowFailure = true },
            cancellation);

    private static async Task<StockUpdatectl> MakeAsync()
    {
        using var environment = new MakerEnvironment(Checkout.Find(), SilentProgress.Instance);
        var context = environment.HostContext;
        var recipe = environment.Recipe("updatectl");
        var workbench = await environment.WorkbenchAsync("updatectl", context, CancellationToken.None);
        var (path, _) = await environment.Artifacts.GetAsync($"updatectl-{Sha256Digest.Of(Encoding.UTF8.GetBytes(string.Join('\n', [workbench.Identity, SourceSha256, .. Options])))[..16]}", CompileAsync, onWait: null, CancellationToken.None);
        return new(path, workbench);

        async Task CompileAsync(string folder)
        {
            // A mirror drops what a newer version replaced; the archive has it as long as it has anything.
            var mirror = recipe.Base.Mirror!.TrimEnd('/');
            var archive = recipe.Base.Archive?.Replace("{date}", "20261101T000000Z", StringComparison.Ordinal).TrimEnd('/');
            var source = new Download($"systemd {Version} (source)", $"{mirror}/{SourceFile}", archive is null ? null : $"{archive}/{SourceFile}", SourceSize, SourceSha256);
            using (var step = context.Progress.Begin("fetch"))
            {
                await context.Downloader.FetchAsync([source], context.Pool, step, CancellationToken.None);
            }

            var made = Path.Combine(folder, "made");
            var tools = workbench.Enter(new Bind(folder), new Bind(context.Pool.Root, Writable: false));
            await RunAsync("tar", "-x", "--strip-components=1", "-C", Directory.CreateDirectory(Path.Combine(folder, "source")).FullName, "-f", context.Pool.PathOf(SourceSha256));
            await RunAsync("meson", ["setup", made, Path.Combine(folder, "source"), .. Options, "-Dc_args=-O0"]);
            await RunAsync("ninja", "-C", made, "updatectl");
            await RunAsync("strip", "-o", Path.Combine(folder, "updatectl"), Path.Combine(made, "updatectl"));
            await RunAsync("strip", "-o", Path.Combine(folder, $"libsystemd-shared-{Version}.so"), Path.Combine(made, $"src/shared/libsystemd-shared-{Version}.so"));
            Directory.Delete(made, recursive: true);
            Directory.Delete(Path.Combine(folder, "source"), recursive: true);

            Task RunAsync(string program, params IEnumerable<string> arguments) => tools.RunAsync(Command.Of(program, arguments), CancellationToken.None);
        }
    }
}
