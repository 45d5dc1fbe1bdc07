// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text.Json;
using Banana.Bench.Measuring;
using Banana.Definition.Model;
using Banana.Formats.Gpt;
using Banana.Formats.Storage;
using Banana.Foundation.Files;
using Banana.Foundation.Processes;
using Banana.Workbenches;

namespace Banana.Bench.Peers;

/// <summary>mkosi, from its own workbench.</summary>
/// <param name="folder">Where it keeps everything.</param>
/// <param name="sandbox">The workbench, with its folders writable and the network.</param>
/// <param name="measurer">Runs it.</param>
internal sealed class Mkosi(MkosiFolder folder, Sandbox sandbox, Measurer measurer)
{
    /// <summary>Writes the configuration of an edition, and makes ready what mkosi needs around it.</summary>
    public static async Task<Mkosi> PrepareAsync(MkosiFolder folder, Edition edition, long epoch, Workbench workbench, Measurer measurer, CancellationToken cancellation)
    {
        ArtifactCache.DeleteTree(folder.Configuration);
        foreach (var (path, text) in new MkosiConfiguration(edition, folder, epoch).Compose())
        {
            var file = Path.Combine(folder.Configuration, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, text, cancellation);
        }

        foreach (var needed in new[] { folder.Packages, folder.Cache, folder.CleanCache, folder.Work, folder.Output, folder.Temporary })
        {
            Directory.CreateDirectory(needed);
        }

        // A copy of the workbench's /etc, because that is read-only and has no place for the host's resolv.conf.
        ArtifactCache.DeleteTree(folder.Settings);
        await new ProcessRunner().RunAsync(Command.Of("cp", "--archive", Path.Combine(workbench.Root, "etc"), folder.Settings), cancellation);
        await File.WriteAllTextAsync(Path.Combine(folder.Settings, "resolv.conf"), string.Empty, cancellation);
        var sandbox = workbench.Enter(new Bind(folder.Root), new Bind(folder.Temporary, "/var/tmp"), new Bind(folder.Settings, "/etc", Writable: false)).WithNetwork();
        return new Mkosi(folder, sandbox.WithBinds(edition.Overlays.Select(overlay => new Bind(overlay, Writable: false))), measurer);
    }

    /// <summary>Its version.</summary>
    public async Task<string> VersionAsync(CancellationToken cancellation) => (await sandbox.RunAsync(Command.Of("mkosi", "--version"), cancellation)).Lines.First();

    /// <summary>A build that downloads what it needs and leaves the images that incremental builds begin with.</summary>
    public async Task WarmUpAsync(CancellationToken cancellation)
    {
        await BuildAsync("mkosi-warm-up", incremental: true, cached: false, cancellation);

        // A build that is not incremental removes the images of those that are, so each kind has a cache of its own; they share the packages' indexes.
        ArtifactCache.DeleteTree(folder.CleanCache);
        Directory.CreateDirectory(folder.CleanCache);
        await new ProcessRunner().RunAsync(Command.Of("cp", ["--archive", .. Directory.GetDirectories(folder.Cache, "*.metadata.cache"), folder.CleanCache]), cancellation);
    }

    /// <summary>A build from the packages that it has.</summary>
    public Task<Measurement> BuildAsync(bool incremental, CancellationToken cancellation) => BuildAsync(incremental ? "mkosi-incremental" : "mkosi-build", incremental, cached: true, cancellation);

    /// <summary>What the last build made.</summary>
    public BuiltImage Describe()
    {
        using var disk = ByteSource.OpenFile(Path.Combine(folder.Output, MkosiFolder.Name + ".raw"));
        var partitions = GptTable.Read(disk).Partitions;
        using var manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder.Output, MkosiFolder.Name + ".manifest")));
        return new BuiltImage(
            manifest.RootElement.GetProperty("packages").GetArrayLength(),
            partitions.First(partition => partition.Type == GptPartitionType.UsrX8664).Size,
            partitions.First(partition => partition.Type == GptPartitionType.UsrVerityX8664).Size,
            new FileInfo(Path.Combine(folder.Output, MkosiFolder.Name + ".efi")).Length);
    }

    private async Task<Measurement> BuildAsync(string name, bool incremental, bool cached, CancellationToken cancellation)
    {
        string[] arguments = ["--force", $"--cache-directory={(incremental ? folder.Cache : folder.CleanCache)}", $"--incremental={(incremental ? "yes" : "no")}", $"--cache-only={(cached ? "always" : "auto")}", "build"];
        var (_, cost) = await measurer.RunAsync(name, sandbox.Wrap(Command.Of("mkosi", arguments) with { WorkingDirectory = folder.Configuration }), cancellation);
        return cost;
    }
}
