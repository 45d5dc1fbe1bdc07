// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Definition.Model;
using Banana.Forge.Build;
using Banana.Forge.Programs;
using Banana.Foundation.Processes;

namespace Banana.Forge.Images;

/// <summary>
/// A system extension (systemd-sysext(8)) with one program of ours, for machines under test: an erofs image of /usr/lib/NAME/PROGRAM that any system takes. No
/// release contains it.
/// </summary>
/// <param name="workbench">The sandbox of the external tools.</param>
/// <param name="workbenchKey">What tells one workbench from another.</param>
/// <param name="programs">Publishes the program.</param>
public sealed class SystemExtension(Sandbox workbench, string workbenchKey, ProgramPublisher programs)
{
    private const string Recipe = "extension 1";
    private static readonly ImageParameters Packing = new() { Compressor = "lz4", ClusterSize = 4096 };

    /// <summary>Makes it.</summary>
    /// <param name="steps">Runs the steps, or finds what they made before.</param>
    /// <param name="name">The name of the extension.</param>
    /// <param name="program">The program (<see cref="ProgramPublisher.Projects"/>).</param>
    /// <param name="architecture">What it runs on, by systemd's name.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>The image.</returns>
    public async Task<string> MakeAsync(StepCache steps, string name, string program, string architecture, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(steps);
        var published = await programs.RunAsync(steps, [program], architecture, cancellation);
        Dictionary<string, string> inputs = new(StringComparer.Ordinal) { ["recipe"] = Recipe, ["images"] = ImageTools.Recipe, ["workbench"] = workbenchKey, ["program"] = published.Key, ["name"] = name };
        var step = await steps.RunAsync(
            $"extension {name}", inputs,
            async folder =>
            {
                var tree = Path.Combine(folder, "tree");
                var (own, releases) = (Path.Combine(tree, "usr/lib", name), Path.Combine(tree, "usr/lib/extension-release.d"));
                Directory.CreateDirectory(own);
                Directory.CreateDirectory(releases);
                File.Copy(published.File(program), Path.Combine(own, program));
                File.SetUnixFileMode(Path.Combine(own, program), (UnixFileMode)0x1ed);
                await File.WriteAllTextAsync(Path.Combine(releases, "extension-release." + name), "ID=_any\n", cancellation);
                await new ImageTools(workbench, folder, new SeededGuid(name), epoch: 0).ErofsAsync(tree, "extension.raw", Packing, cancellation);
                return program;
            },
            cancellation);
        return step.File("extension.raw");
    }
}
