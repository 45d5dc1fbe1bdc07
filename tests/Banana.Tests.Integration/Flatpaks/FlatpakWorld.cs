// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Cli.Setup;
using Banana.Cli.Workbenches;
using Banana.Foundation.Processes;
using Banana.Foundation.Progress;
using Banana.Tests.Integration.Tools;
using Banana.Workbenches;

namespace Banana.Tests.Integration.Flatpaks;

/// <summary>A machine's system-wide installation of Flatpaks, empty at first, and a signed repository with tiny apps; both used by the real flatpak.</summary>
internal sealed class FlatpakWorld : IDisposable
{
    private static readonly Lazy<Task<Workbench>> Made = new(MakeAsync);
    private readonly TemporaryFolder folder = new();
    private readonly Sandbox inside;

    private FlatpakWorld(Workbench workbench)
    {
        foreach (var name in new[] { "data/remotes.d", "data/preinstall.d", "etc", "triggers", "cache", "gpg", "runtime/files", "app/files", "app/export" })
        {
            Directory.CreateDirectory(folder.Combine(name));
        }

        File.SetUnixFileMode(folder.Combine("gpg"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        // flatpak(1), "Environment": the places of a system. No triggers: they would make caches of icons and file types.
        inside = workbench.Enter(new Bind(folder.Path)).WithVariable("FLATPAK_SYSTEM_DIR", folder.Combine("system")).WithVariable("FLATPAK_DATA_DIR", folder.Combine("data"))
            .WithVariable("FLATPAK_CONFIG_DIR", folder.Combine("etc")).WithVariable("FLATPAK_TRIGGERSDIR", folder.Combine("triggers"))
            .WithVariable("FLATPAK_SYSTEM_CACHE_DIR", folder.Combine("cache")).WithVariable("GNUPGHOME", folder.Combine("gpg"));
    }

    /// <summary>The folder of the repository.</summary>
    public string Repository => folder.Combine("repo");

    /// <summary>What the desktop editions lay to /usr/share/flatpak.</summary>
    public static string Overlay => Path.Combine(Checkout.Find().Root, "os/overlay/desktop/usr/share/flatpak");

    /// <summary>What flatpak wrote down about the installation: its remotes, and what was preinstalled.</summary>
    public string Config => File.ReadAllText(folder.Combine("system/repo/config"));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Makes it.</summary>
    /// <param name="apps">The apps in the repository.</param>
    public static async Task<FlatpakWorld> CreateAsync(params IEnumerable<string> apps)
    {
        var world = new FlatpakWorld(await Made.Value);
        await world.RunAsync("gpg", "--batch", "--quiet", "--passphrase", string.Empty, "--quick-gen-key", "flatpaks@example.org", "ed25519", "sign", "never");
        await File.WriteAllTextAsync(world.folder.Combine("runtime/metadata"), "[Runtime]\nname=org.example.Platform\nruntime=org.example.Platform/x86_64/1\nsdk=org.example.Platform/x86_64/1\n", Cancellation);
        await world.ExportAsync("--runtime", "--files=files", "runtime", "1");
        foreach (var app in apps)
        {
            await File.WriteAllTextAsync(world.folder.Combine("app/metadata"), $"[Application]\nname={app}\nruntime=org.example.Platform/x86_64/1\ncommand=none\n", Cancellation);
            await world.ExportAsync("--files=files", "app", "stable");
        }

        await world.FlatpakAsync("build-update-repo", "--gpg-sign=flatpaks@example.org", $"--gpg-homedir={world.folder.Combine("gpg")}", world.Repository);
        return world;
    }

    /// <summary>The public key of the repository, as a flatpakrepo file has it.</summary>
    public async Task<string> KeyAsync()
    {
        await RunAsync("gpg", "--batch", "--yes", "--output", folder.Combine("key"), "--export");
        return Convert.ToBase64String(await File.ReadAllBytesAsync(folder.Combine("key"), Cancellation));
    }

    /// <summary>Puts a file where the image has it, below /usr/share/flatpak.</summary>
    public Task PutAsync(string name, string text) => File.WriteAllTextAsync(folder.Combine("data", name), text, Cancellation);

    /// <summary>Runs flatpak.</summary>
    public async Task<string> FlatpakAsync(params string[] arguments) => (await RunAsync("flatpak", arguments)).Output;

    /// <summary>The apps that are installed.</summary>
    public async Task<IReadOnlyList<string>> AppsAsync() =>
        [.. (await FlatpakAsync("list", "--system", "--app", "--columns=application")).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Order(StringComparer.Ordinal)];

    public void Dispose() => folder.Dispose();

    private Task<CommandResult> RunAsync(string program, params string[] arguments) => inside.RunAsync(Command.Of(program, arguments), Cancellation);

    private async Task ExportAsync(params string[] arguments) =>
        await FlatpakAsync(["build-export", "--disable-sandbox", "--gpg-sign=flatpaks@example.org", $"--gpg-homedir={folder.Combine("gpg")}", .. arguments[..^2], Repository, folder.Combine(arguments[^2]), arguments[^1]]);

    private static async Task<Workbench> MakeAsync()
    {
        using var environment = new MakerEnvironment(Checkout.Find(), SilentProgress.Instance);
        return await environment.WorkbenchAsync("flatpak", environment.HostContext, CancellationToken.None);
    }
}
