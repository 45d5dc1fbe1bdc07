// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Forge.Build;
using Banana.Foundation.Errors;
using Banana.Foundation.Files;
using Banana.Foundation.Hashing;
using Banana.Foundation.Processes;

namespace Banana.Forge.Apps;

/// <summary>
/// Compiles Banana's own pages and apps (<c>apps/NAME</c>, CMake): QML behind generic stubs. The workbench is of the edition's suite, because a plug-in loads only
/// where the Qt is that it was compiled with, or a newer one.
/// </summary>
/// <param name="workbench">The sandbox with the compiler (<c>os/workbench/apps-SUITE.yaml</c>).</param>
/// <param name="workbenchKey">What tells one workbench from another.</param>
/// <param name="checkout">The top folder of the checkout with the sources.</param>
public sealed class AppBuilder(Sandbox workbench, string workbenchKey, string checkout)
{
    /// <summary>The part of the hash of a step that says how this code works; changed whenever its output would.</summary>
    public const string Recipe = "apps 1";

    /// <summary>The folder of the step that is laid over a tree.</summary>
    public const string Tree = "tree";

    private const string Work = "/banana/work";

    /// <summary>The step that compiles apps.</summary>
    /// <param name="steps">Runs it, or finds what it made before.</param>
    /// <param name="apps">Their names.</param>
    /// <param name="epoch">The SOURCE_DATE_EPOCH.</param>
    /// <param name="cancellation">Stops the work.</param>
    public async Task<Step> RunAsync(StepCache steps, IReadOnlyList<string> apps, long epoch, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(steps);
        ArgumentNullException.ThrowIfNull(apps);
        Dictionary<string, string> inputs = new(StringComparer.Ordinal) { ["recipe"] = Recipe, ["workbench"] = workbenchKey, ["epoch"] = epoch.ToString() };
        foreach (var app in apps)
        {
            inputs["sources of " + app] = await DigestAsync(app, cancellation);
        }

        return await steps.RunAsync("apps", inputs, folder => CompileAsync(apps, epoch, folder, cancellation), cancellation);
    }

    private async Task<string> CompileAsync(IReadOnlyList<string> apps, long epoch, string folder, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.Combine(folder, Tree));
        foreach (var app in apps)
        {
            var work = Path.Combine(folder, "work");
            foreach (var file in FilesOf(app))
            {
                var target = Path.Combine(work, "source", file);
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(Path.Combine(SourceOf(app), file), target);
            }

            var inside = workbench.WithBinds(new Bind(work, Work), new Bind(Path.Combine(folder, Tree), "/banana/tree")).WithVariable("SOURCE_DATE_EPOCH", epoch.ToString());
            await inside.RunAsync(
                Command.Of(
                    "cmake", "-S", $"{Work}/source", "-B", $"{Work}/build", "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_INSTALL_PREFIX=/usr", "-DBUILD_TESTING=OFF",
                    "-DKDE_INSTALL_USE_QT_SYS_PATHS=ON"),
                cancellation);
            await inside.RunAsync(Command.Of("cmake", "--build", $"{Work}/build"), cancellation);
            await inside.WithVariable("DESTDIR", "/banana/tree").RunAsync(Command.Of("cmake", "--install", $"{Work}/build", "--strip"), cancellation);
            ArtifactCache.DeleteTree(work);
        }

        return string.Join(", ", apps);
    }

    private string SourceOf(string app)
    {
        var source = Path.Combine(checkout, "apps", app);
        return File.Exists(Path.Combine(source, "CMakeLists.txt")) ? source : throw new BananaException(ExitCode.BadInput, $"there is no app '{app}' (no CMakeLists.txt)", source, "correct the name in the edition");
    }

    private IEnumerable<string> FilesOf(string app)
    {
        var source = SourceOf(app);
        return Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(source, file))
            .Where(file => !file.Split('/').Any(name => name.StartsWith('.') || name.EndsWith('~')))
            .Order(StringComparer.Ordinal);
    }

    private async Task<string> DigestAsync(string app, CancellationToken cancellation)
    {
        using var hash = new InputHash();
        foreach (var file in FilesOf(app))
        {
            hash.Add(file, await Sha256Digest.OfFileAsync(Path.Combine(SourceOf(app), file), cancellation));
        }

        return hash.Digest();
    }
}
