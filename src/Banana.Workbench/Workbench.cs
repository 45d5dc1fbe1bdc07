// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Bases;
using Banana.Foundation.Errors;
using Banana.Foundation.Files;
using Banana.Foundation.Hashing;
using Banana.Foundation.Processes;

namespace Banana.Workbenches;

/// <summary>
/// A tree of external programs at exact versions, made once from a lockfile and entered by a private mount namespace.
/// It is read-only inside, so any number of runs share it.
/// </summary>
public sealed class Workbench
{
    // Changes whenever this class makes another tree from the same lockfile.
    private const string Version = "workbench-2";

    private readonly IProcessRunner host;

    private Workbench(string name, string root, string identity, IProcessRunner host)
    {
        Name = name;
        Root = root;
        Identity = identity;
        this.host = host;
    }

    /// <summary>The name of its recipe.</summary>
    public string Name { get; }

    /// <summary>The tree.</summary>
    public string Root { get; }

    /// <summary>The hash of what it was made from: part of the key of everything that is made with it.</summary>
    public string Identity { get; }

    /// <summary>Returns the workbench of a recipe; makes it first when the cache does not have it.</summary>
    /// <param name="recipe">What it is made of. Its lockfile must be there and fit.</param>
    /// <param name="context">Host tools, downloads, pool, progress. Its <see cref="BaseContext.Tools"/> is null: there is no workbench yet.</param>
    /// <param name="cache">Where workbenches are kept.</param>
    /// <param name="cancellation">Stops the work; nothing half made stays.</param>
    /// <exception cref="BananaException">The lockfile is missing or does not fit, or making it failed.</exception>
    public static async Task<Workbench> EnsureAsync(WorkbenchRecipe recipe, BaseContext context, ArtifactCache cache, CancellationToken cancellation)
    {
        var lockfile = await RequireLockfileAsync(recipe, cancellation).ConfigureAwait(false);
        var source = BasePlugins.Create(recipe.Base.Plugin, context);
        using var hash = new InputHash();
        var identity = hash.Add("version", Version).Add("recipe", source.Recipe).Add("lockfile", LockfileJson.DigestOf(lockfile)).Digest();
        var key = $"workbench-{recipe.Name}-{identity[..16]}";
        cache.Sweep();
        var (path, _) = await cache.GetAsync(
            key,
            async partial =>
            {
                await source.FetchAsync(recipe.Base, lockfile, cancellation).ConfigureAwait(false);
                await source.InstallAsync(lockfile, [], partial, cancellation).ConfigureAwait(false);

                // Where a sandbox with network puts the host's: a mount needs a file to be mounted on.
                await File.WriteAllTextAsync(Path.Combine(partial, "etc/resolv.conf"), string.Empty, cancellation).ConfigureAwait(false);
            },
            () => context.Progress.Log($"waiting for another run that makes the workbench {recipe.Name}"),
            cancellation).ConfigureAwait(false);
        return new Workbench(recipe.Name, path, identity, context.Host);
    }

    /// <summary>Resolves a recipe anew and writes its lockfile.</summary>
    /// <returns>What changed.</returns>
    public static async Task<LockfileChanges> LockAsync(WorkbenchRecipe recipe, BaseContext context, CancellationToken cancellation)
    {
        var before = await LockfileJson.ReadAsync(recipe.Lockfile, cancellation).ConfigureAwait(false);
        var after = await BasePlugins.Create(recipe.Base.Plugin, context).ResolveAsync(recipe.Base, recipe.Suite, recipe.Packages, cancellation).ConfigureAwait(false);
        await LockfileJson.WriteAsync(recipe.Lockfile, after, cancellation).ConfigureAwait(false);
        return LockfileChanges.Between(before, after);
    }

    /// <summary>A sandbox with the workbench as its read-only root, and the given paths of the host.</summary>
    public Sandbox Enter(params IReadOnlyList<Bind> binds) => new(host, Root, writableRoot: false, binds);

    private static async Task<Lockfile> RequireLockfileAsync(WorkbenchRecipe recipe, CancellationToken cancellation)
    {
        var lockfile = await LockfileJson.ReadAsync(recipe.Lockfile, cancellation).ConfigureAwait(false);
        var misfit = lockfile is null ? "there is no lockfile" : LockfileChanges.Misfit(lockfile, recipe.Base, recipe.Suite, recipe.Packages);
        return misfit is null
            ? lockfile!
            : throw new BananaException(ExitCode.BadInput, $"the lockfile does not match the workbench {recipe.Name}: {misfit}", where: recipe.Lockfile, next: $"run 'banana workbench lock {recipe.Name} --update'");
    }
}
