// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bases;
using Banana.Foundation.Errors;
using Banana.Foundation.Files;
using Banana.Foundation.Hashing;
using Banana.Tests.Integration.Tools;

namespace Banana.Tests.Integration.Bases;

/// <summary>What every base must do. A new base is a world and a class that derives from this one.</summary>
public abstract class BaseConformance<TWorld>(TWorld world) : IClassFixture<TWorld>
    where TWorld : BaseWorld
{
    /// <summary>The base with its source.</summary>
    protected TWorld World => world;

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Resolving_again_gives_the_same_lockfile()
    {
        var again = await world.Base().ResolveAsync(world.Definition, world.Suite, [.. world.Packages.Reverse()], Cancellation);
        Assert.Equal(LockfileJson.Serialize(world.Lockfile), LockfileJson.Serialize(again));
        Assert.Null(LockfileChanges.Misfit(again, world.Definition, world.Suite, world.Packages));
    }

    [Fact]
    public void Lockfile_survives_its_written_form()
    {
        var text = LockfileJson.Serialize(world.Lockfile);
        Assert.Equal(text, LockfileJson.Serialize(LockfileJson.Parse(text, "x.lock.json")));
        Assert.True(world.Lockfile.Epoch > 0);
    }

    [Fact]
    public async Task Tree_has_exactly_the_locked_packages()
    {
        var installed = await world.Base().ListAsync(world.Lockfile, world.Tree, Cancellation);
        Assert.Equal(world.Lockfile.Packages.Select(package => (package.Name, package.Version, package.Architecture, package.Source)), installed.Select(package => (package.Name, package.Version, package.Architecture, package.Source)));
        Assert.All(installed, package => Assert.NotEmpty(package.License));
    }

    [Fact]
    public async Task Full_pool_needs_no_source_and_gives_the_same_tree_elsewhere()
    {
        var tree = world.Folder.Combine("second", "and", "deeper", "root");
        Directory.CreateDirectory(tree);
        await world.Base().FetchAsync(world.Unreachable, world.Lockfile, Cancellation);
        await world.Base().InstallAsync(world.Lockfile, [], tree, Cancellation);
        var differences = TreeSnapshot.Differences(await TreeSnapshot.TakeAsync(world.Tree, Cancellation), await TreeSnapshot.TakeAsync(tree, Cancellation));
        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    [Fact]
    public async Task Damaged_file_in_the_pool_is_refused_by_name()
    {
        var pool = world.ClonePool("damaged");
        FlipByte(pool.PathOf(world.Victim.Sha256));
        var tree = Directory.CreateDirectory(world.Folder.Combine("damaged-tree")).FullName;
        var error = await FailsAsync(ExitCode.Untrusted, () => world.Base(pool).InstallAsync(world.Lockfile, [], tree, Cancellation));
        Assert.Contains(world.Victim.Title, error.Message, StringComparison.Ordinal);
        Assert.Contains(world.Victim.Sha256, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Package_that_the_source_changed_is_refused_by_name_and_not_kept()
    {
        var file = world.FileOf(world.Victim);
        var whole = await File.ReadAllBytesAsync(file, Cancellation);
        var pool = new PackagePool(world.Folder.Combine("tampered"));
        try
        {
            FlipByte(file);
            var error = await FailsAsync(ExitCode.Untrusted, () => world.Base(pool).FetchAsync(world.Definition, world.Lockfile, Cancellation));
            Assert.Contains(Path.GetFileName(file), error.Message, StringComparison.Ordinal);
            Assert.Contains(world.Victim.Sha256, error.Message, StringComparison.Ordinal);
            Assert.False(pool.Has(world.Victim.Sha256, world.Victim.Size));
        }
        finally
        {
            await File.WriteAllBytesAsync(file, whole, Cancellation);
        }
    }

    [Fact]
    public async Task Source_that_somebody_else_signed_is_refused()
    {
        var definition = world.WronglySigned;
        Assert.SkipWhen(definition is null, "this base has no signatures: what it uses is locked by digest");
        await FailsAsync(ExitCode.Untrusted, async () =>
        {
            var lockfile = await world.Base().ResolveAsync(definition, world.Suite, world.Packages, Cancellation);
            await world.Base().FetchAsync(definition, lockfile, Cancellation);
        });
    }

    [Fact]
    public async Task Package_that_does_not_exist_is_named()
    {
        var error = await FailsAsync(ExitCode.BadInput, () => world.Base().ResolveAsync(world.Definition, world.Suite, [.. world.Packages, "no-such-package"], Cancellation));
        Assert.Contains("there is no package 'no-such-package'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Source_that_is_gone_is_named()
    {
        await FailsAsync(ExitCode.Unreachable, () => world.Base().ResolveAsync(world.Unreachable, world.Suite, world.Packages, Cancellation));
        await FailsAsync(ExitCode.Unreachable, () => world.Base(new PackagePool(world.Folder.Combine("empty"))).FetchAsync(world.Unreachable, world.Lockfile, Cancellation));
    }

    [Fact]
    public async Task Cancelled_in_any_step_it_leaves_nothing_half_made()
    {
        var mounts = await File.ReadAllTextAsync("/proc/self/mountinfo", Cancellation);
        for (var i = 0; i < world.Steps.Count; i++)
        {
            var pool = new PackagePool(world.Folder.Combine($"pool-{i}"));
            var cache = world.Folder.Combine($"cache-{i}");
            using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            var progress = new CancelAtStep(world.Steps[i], cancel);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            {
                var source = world.Base(pool, progress);
                var lockfile = await source.ResolveAsync(world.Definition, world.Suite, world.Packages, cancel.Token);
                await source.FetchAsync(world.Definition, lockfile, cancel.Token);
                await new ArtifactCache(cache).GetAsync("tree", tree => source.InstallAsync(lockfile, [], tree, cancel.Token), null, cancel.Token);
            });
            Assert.True(progress.Reached, $"there was no step '{world.Steps[i]}'");
            Assert.Empty(Files(Path.Combine(cache, "entries")).Concat(Files(Path.Combine(cache, "partial"))));
            foreach (var file in Files(Path.Combine(pool.Root, "sha256")))
            {
                Assert.Equal(Path.GetFileName(file), await Sha256Digest.OfFileAsync(file, Cancellation));
            }

            Assert.Empty(Processes.That(process => process.Contains(world.Folder.Path, StringComparison.Ordinal)));
        }

        Assert.Equal(mounts, await File.ReadAllTextAsync("/proc/self/mountinfo", Cancellation));
    }

    private static void FlipByte(string path) => BaseWorld.FlipByte(path);

    private static string[] Files(string folder) => Directory.Exists(folder) ? Directory.GetFiles(folder, "*", SearchOption.AllDirectories) : [];

    private static async Task<BananaException> FailsAsync(ExitCode code, Func<Task> action)
    {
        var error = await Assert.ThrowsAnyAsync<BananaException>(action);
        Assert.True(code == error.Code, $"expected {code}, got {error.Code}: {error.Message}");
        Assert.DoesNotContain('\n', error.Message);
        Assert.NotNull(error.Next);
        return error;
    }
}
