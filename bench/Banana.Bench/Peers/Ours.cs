// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text;
using System.Text.Json;
using Banana.Bench.Measuring;
using Banana.Formats.Release;
using Banana.Foundation.Files;
using Banana.Foundation.Processes;

namespace Banana.Bench.Peers;

/// <summary>Banana itself, as a user starts it, with a copy of the definition and a cache that has packages and workbench and no step.</summary>
/// <param name="folder">Where it keeps everything.</param>
/// <param name="edition">The name of the edition.</param>
/// <param name="measurer">Runs it.</param>
internal sealed class Ours(string folder, string edition, Measurer measurer)
{
    private readonly string artifacts = Path.Combine(folder, "cache", "artifacts");
    private readonly string output = Path.Combine(folder, "out");

    /// <summary>The copy of the definition, which measurements may change.</summary>
    public string Home { get; } = Path.Combine(folder, "home");

    /// <summary>Copies the definition, and links the packages and the workbench.</summary>
    /// <param name="checkout">The user's checkout; it is only read.</param>
    /// <param name="cache">The user's cache.</param>
    /// <param name="workbench">The root of the workbench.</param>
    /// <param name="cancellation">Stops the work.</param>
    public async Task PrepareAsync(string checkout, string cache, string workbench, CancellationToken cancellation)
    {
        ArtifactCache.DeleteTree(folder);
        Directory.CreateDirectory(Home);
        await new ProcessRunner().RunAsync(Command.Of("cp", "--archive", Path.Combine(checkout, "os"), Home), cancellation);
        var local = Path.Combine(checkout, "banana.local.yaml");
        if (File.Exists(local))
        {
            File.Copy(local, Path.Combine(Home, "banana.local.yaml"));
        }

        Directory.CreateDirectory(Path.Combine(artifacts, "entries"));
        Directory.CreateDirectory(Path.Combine(cache, "pool"));
        File.CreateSymbolicLink(Path.Combine(folder, "cache", "pool"), Path.Combine(cache, "pool"));
        File.CreateSymbolicLink(Path.Combine(artifacts, "entries", Path.GetFileName(workbench)), workbench);
    }

    /// <summary>Forgets all steps, so that the next build makes every one.</summary>
    public void ForgetSteps()
    {
        ArtifactCache.DeleteTree(output);
        foreach (var step in new DirectoryInfo(Path.Combine(artifacts, "entries")).EnumerateDirectories().Where(step => step.LinkTarget is null))
        {
            step.Delete(recursive: true);
        }
    }

    /// <summary>Changes one file of an overlay, so that it never was as it is now.</summary>
    public static async Task ChangeAsync(string overlay, string change, CancellationToken cancellation)
    {
        var file = Directory.EnumerateFiles(overlay, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).First();
        await File.AppendAllTextAsync(file, change + "\n", cancellation);
    }

    /// <summary>Builds.</summary>
    public async Task<(OurBuild Build, Measurement Cost)> BuildAsync(string name, CancellationToken cancellation)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "banana.dll");
        var command = Command.Of(Measurer.Dotnet, program, "build", "--edition", edition, "--output", output, "--json")
            .With("BANANA_HOME", Home).With("BANANA_CACHE", Path.Combine(folder, "cache"));
        var (text, cost) = await measurer.RunAsync(name, command, cancellation);
        return (OurBuild.Parse(text), cost);
    }
}

/// <summary>What a build of ours came to.</summary>
/// <param name="Image">What it made.</param>
/// <param name="Seconds">How long it took by its own clock.</param>
/// <param name="Steps">Its steps, in the order in which they ended; some run side by side.</param>
internal sealed record OurBuild(BuiltImage Image, double Seconds, IReadOnlyList<OurStep> Steps)
{
    /// <summary>Reads what <c>banana build --json</c> printed.</summary>
    public static OurBuild Parse(string text)
    {
        using var document = JsonDocument.Parse(text);
        var root = document.RootElement;
        var manifest = ReleaseManifest.Parse(Encoding.UTF8.GetBytes(root.GetProperty("manifest").GetRawText()), "banana build --json");
        var packages = PackageList.Read(Path.Combine(root.GetProperty("folder").GetString()!, PackageList.FileName)).Packages.Count;
        return new OurBuild(
            new BuiltImage(packages, SizeOf(PartRole.Usr), SizeOf(PartRole.UsrVerity), SizeOf(PartRole.Uki)),
            root.GetProperty("seconds").GetDouble(),
            [.. root.GetProperty("steps").EnumerateArray().Select(step => new OurStep(step.GetProperty("name").GetString()!, step.GetProperty("seconds").GetDouble(), step.GetProperty("cached").GetBoolean()))]);

        long SizeOf(PartRole role) => manifest.Find(role)?.Size ?? 0;
    }
}

/// <summary>A step of a build of ours.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Cached">Whether an earlier build had made it.</param>
internal sealed record OurStep(string Name, double Seconds, bool Cached);
