// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Formats.Release;
using Banana.Foundation.Errors;
using Banana.Foundation.Progress;
using Banana.Releases.Channels;
using Banana.Releases.Maintenance;
using Banana.Releases.Publishing;
using Banana.Tuf.Repository;

namespace Banana.Tests.Unit.Releases;

/// <summary>What publishers do to a repository, and what readers see of it meanwhile.</summary>
public sealed class RepositoryTests : IDisposable
{
    private readonly RepositoryWorld world = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => world.Dispose();

    [Fact]
    public async Task Releases_are_published_with_chunks_a_patch_and_what_they_cost()
    {
        await world.PublishAsync(await world.MakeAsync("20260101.1", "plain.erofs"));
        var report = await world.PublishAsync(await world.MakeAsync("20260101.2", "indexes.erofs"));
        var patch = Assert.Single(report.Delivery.Patches);
        Assert.Equal("20260101.1", patch.From.ToString());
        var uki = report.Delivery.Find(PartRole.Uki)!;
        Assert.Equal((0L, 0), (uki.Reuse[0].Bytes, uki.Reuse[0].Requests)); // the same kernel
        var verified = await VerifyAsync();
        Assert.Equal((2, true, 0), (verified.Releases, verified.IsSound, verified.Findings.Count));
        Assert.Equal("20260101.2", ChannelEntry.Newest(await EntriesAsync("testing-core"))!.Version.ToString());
        var changes = await File.ReadAllTextAsync(Path.Combine(world.Repository, "releases/core/20260101.2/changes.json"), Cancellation);
        Assert.Contains("\"before\": \"20260101.1\"", changes, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_is_never_replaced_but_may_be_published_again()
    {
        var release = await world.MakeAsync("20260101.1", "plain.erofs");
        await world.PublishAsync(release);
        await world.PublishAsync(release);
        var error = await Assert.ThrowsAsync<BananaException>(async () => await world.PublishAsync(await world.MakeAsync("20260101.1", "zstd.erofs")));
        Assert.Contains("a version is never replaced", error.Message, StringComparison.Ordinal);
        Assert.True((await VerifyAsync()).IsSound);
    }

    [Fact]
    public async Task A_promoted_release_has_the_same_digests()
    {
        await world.PublishAsync(await world.MakeAsync("20260101.1", "plain.erofs"));
        await world.Channels().PromoteAsync("core", ReleaseVersion.Parse("20260101.1"), "testing", "stable", Cancellation);
        Assert.Equal((await EntriesAsync("testing-core"))[0].Target.Hashes, (await EntriesAsync("stable-core"))[0].Target.Hashes);
        var error = await Assert.ThrowsAsync<BananaException>(() => world.Channels().PromoteAsync("core", ReleaseVersion.Parse("20260102.1"), "testing", "stable", Cancellation));
        Assert.Contains("testing-core has no core 20260102.1; it has 20260101.1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_withdrawn_release_is_named_with_its_reason_and_never_the_newest()
    {
        await world.PublishAsync(await world.MakeAsync("20260101.1", "plain.erofs"));
        await world.PublishAsync(await world.MakeAsync("20260101.2", "indexes.erofs"));
        Assert.Equal(["testing-core"], await world.Channels().WithdrawAsync("core", ReleaseVersion.Parse("20260101.2"), "the desktop does not start", Cancellation));
        var entries = await EntriesAsync("testing-core");
        Assert.Equal("the desktop does not start", entries[1].Withdrawn);
        Assert.Equal("20260101.1", ChannelEntry.Newest(entries)!.Version.ToString());
        var error = await Assert.ThrowsAsync<BananaException>(() => world.Channels().PromoteAsync("core", ReleaseVersion.Parse("20260101.2"), "testing", "stable", Cancellation));
        Assert.Contains("was withdrawn: the desktop does not start", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pruning_keeps_what_channels_need_and_nothing_else()
    {
        foreach (var (version, image) in new[] { ("20260101.1", "plain.erofs"), ("20260101.2", "indexes.erofs"), ("20260101.3", "zstd.erofs") })
        {
            await world.PublishAsync(await world.MakeAsync(version, image));
        }

        await world.Channels().PromoteAsync("core", ReleaseVersion.Parse("20260101.1"), "testing", "stable", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(world.Repository, "images", "left-behind"), "x", Cancellation);
        Assert.Equal(Finding.Orphaned, Assert.Single((await VerifyAsync()).Findings).Finding);

        var pruner = new Pruner(world.Store, world.Keys, TimeProvider.System, SilentProgress.Instance);
        var dry = await pruner.PruneAsync(new PrunePolicy(Releases: 1), dryRun: true, sign: null, Cancellation);
        Assert.Equal(["testing-core 20260101.1", "testing-core 20260101.2"], dry.Releases);
        Assert.True(File.Exists(Path.Combine(world.Repository, "images", "left-behind")));

        await pruner.PruneAsync(new PrunePolicy(Releases: 1), dryRun: false, sign: null, Cancellation);
        var verified = await VerifyAsync();
        Assert.Equal((2, true, 0), (verified.Releases, verified.IsSound, verified.Findings.Count));
        Assert.False(File.Exists(Path.Combine(world.Repository, "images", "left-behind")));
        Assert.False(File.Exists(Path.Combine(world.Repository, "images", "core", "banana_20260101.2_usr-x86-64.erofs")));
        Assert.True(File.Exists(Path.Combine(world.Repository, "images", "core", "banana_20260101.1_usr-x86-64.erofs")), "stable has it");
    }

    [Fact]
    public async Task Verify_names_the_missing_and_the_corrupt()
    {
        var report = await world.PublishAsync(await world.MakeAsync("20260101.1", "plain.erofs"));
        var image = Path.Combine(world.Repository, report.Delivery.Find(PartRole.Usr)!.Object.Key);
        var content = await File.ReadAllBytesAsync(image, Cancellation);
        content[^1] ^= 1;
        await File.WriteAllBytesAsync(image, content, Cancellation);
        File.Delete(Path.Combine(world.Repository, report.Delivery.Find(PartRole.Uki)!.Object.Key));
        var chunk = Directory.EnumerateFiles(Path.Combine(world.Repository, "chunks"), "*.cacnk", SearchOption.AllDirectories).Order(StringComparer.Ordinal).First();
        await File.WriteAllBytesAsync(chunk, [], Cancellation);
        var verified = await VerifyAsync();
        Assert.False(verified.IsSound);
        Assert.Equal(
            ["corrupt chunks", "corrupt images", "missing images"],
            verified.Findings.Select(finding => $"{finding.Finding.ToString().ToLowerInvariant()} {finding.Key.Split('/')[0]}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Two_publishers_at_once_do_not_meet()
    {
        await world.PublishAsync(await world.MakeAsync("20260101.1", "plain.erofs"));
        var editor = await RepositoryEditor.OpenAsync(world.Store, TimeProvider.System, create: null, Cancellation);
        await using (editor)
        {
            var error = await Assert.ThrowsAsync<BananaException>(async () => await world.PublishAsync(await world.MakeAsync("20260101.2", "indexes.erofs")));
            Assert.Equal(ExitCode.Busy, error.Code);
        }

        await world.PublishAsync(await world.MakeAsync("20260101.2", "indexes.erofs"));
    }

    [Fact]
    public async Task A_store_that_loses_its_connection_at_any_write_leaves_the_old_state_or_the_new_one()
    {
        await world.PublishAsync(await world.MakeAsync("20260101.1", "plain.erofs"));
        var next = await world.MakeAsync("20260101.2", "indexes.erofs");
        for (var failAt = 1; ; failAt++)
        {
            var store = new FailingStore(world.Store, failAt);
            BananaException? failure = null;
            try
            {
                await world.PublishAsync(next, store: store);
            }
            catch (BananaException error)
            {
                failure = error;
            }

            // What a device sees: sound, and whole releases only.
            Assert.True((await VerifyAsync()).IsSound, $"failed at write {failAt}");
            var entries = await EntriesAsync("testing-core");
            Assert.Equal("20260101.1", entries[0].Version.ToString());
            if (failure is null)
            {
                Assert.Equal(2, entries.Count);
                Assert.True(failAt > 10, $"only {failAt} writes");
                return;
            }

            Assert.Equal(ExitCode.Unreachable, failure.Code);

            // The one that failed cannot give the lock back; in life it is waited for.
            File.Delete(Path.Combine(world.Repository, "locks/publish"));
        }
    }

    private Task<VerifyReport> VerifyAsync() => new RepositoryVerifier(world.Store, TimeProvider.System, SilentProgress.Instance).VerifyAsync(Cancellation);

    private async Task<IReadOnlyList<ChannelEntry>> EntriesAsync(string role) =>
        ChannelEntry.All((await TufRepository.LoadAsync(new StoreReader(world.Store), TimeProvider.System, cancellation: Cancellation)).Roles[role], role);
}
