// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Formats.Release;
using Banana.Foundation.Errors;
using Banana.Foundation.Progress;
using Banana.Releases.Channels;
using Banana.Releases.Maintenance;
using Banana.Releases.Publishing;
using Banana.Releases.Stores;
using Banana.Releases.Stores.Folder;
using Banana.Releases.Stores.Http;
using Banana.Releases.Stores.S3;
using Banana.Tests.Integration.Stores;
using Banana.Tuf.Repository;

namespace Banana.Tests.Integration.Releases;

/// <summary>The life of a repository, the same in every kind of store: real releases are published, promoted, withdrawn, pruned.</summary>
public abstract class RepositoryConformance(SmallReleases releases)
{
    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>An empty store.</summary>
    protected abstract IReleaseStore Store { get; }

    /// <summary>The same store, as another program opens it.</summary>
    protected abstract IReleaseStore OpenAgain();

    [Fact]
    public async Task Releases_are_published_promoted_withdrawn_and_pruned()
    {
        var (old, middle, newest) = (SmallReleases.Versions[0], SmallReleases.Versions[1], SmallReleases.Versions[2]);
        await releases.PublishAsync(Store, old);
        var report = await releases.PublishAsync(Store, middle);
        await releases.PublishAsync(Store, newest);
        await SoundAsync(expected: 3);

        // A patch is worth having, its clusters are compressed to the same bytes, and an unchanged UKI costs nothing.
        var patch = Assert.Single(report.Delivery.Patches);
        var usr = report.Delivery.Find(PartRole.Usr)!;
        Assert.Equal(old, patch.From.ToString());
        Assert.True(patch.Object.Size * 5 < usr.Object.Size, $"the patch has {patch.Object.Size} of {usr.Object.Size} bytes");
        Assert.Equal(0, Assert.Single(report.Patches).Statistics.LiteralClusters);
        Assert.Equal((0L, 0), (report.Delivery.Find(PartRole.Uki)!.Reuse[0].Bytes, report.Delivery.Find(PartRole.Uki)!.Reuse[0].Requests));
        Assert.Equal("00112233445566778899aabbccddeeff", report.Delivery.Verity!.Salt);

        var channels = new ChannelEditor(Store, releases.Keys, TimeProvider.System);
        await channels.PromoteAsync("core", ReleaseVersion.Parse(old), "testing", "stable", Cancellation);
        Assert.Equal(["testing-core"], await channels.WithdrawAsync("core", ReleaseVersion.Parse(newest), "the desktop does not start", Cancellation));
        Assert.Equal(middle, ChannelEntry.Newest(await EntriesAsync("testing-core"))!.Version.ToString());

        await Store.WriteAsync("images/left-behind", new byte[100], Precondition.None, Cancellation);
        var pruner = new Pruner(Store, releases.Keys, TimeProvider.System, SilentProgress.Instance);
        var dry = await pruner.PruneAsync(new PrunePolicy(Releases: 1), dryRun: true, sign: null, Cancellation);
        Assert.Equal([$"testing-core {old}"], dry.Releases);
        Assert.NotNull(await Store.LengthAsync("images/left-behind", Cancellation));
        await pruner.PruneAsync(new PrunePolicy(Releases: 1), dryRun: false, sign: null, Cancellation);

        // Stable still has the oldest; what was withdrawn is newer than what is kept, and says why.
        Assert.Null(await Store.LengthAsync("images/left-behind", Cancellation));
        var testing = await EntriesAsync("testing-core");
        Assert.Equal([(middle, null), (newest, "the desktop does not start")], testing.Select(entry => (entry.Version.ToString(), entry.Withdrawn)));
        Assert.Equal(old, Assert.Single(await EntriesAsync("stable-core")).Version.ToString());
        await SoundAsync(expected: 3);
    }

    [Fact]
    public async Task Of_two_publishers_at_once_one_wins_and_the_other_is_told()
    {
        await releases.PublishAsync(Store, SmallReleases.Versions[0]);
        using var other = OpenAgain();
        var outcomes = await Task.WhenAll(
            TryAsync(() => releases.PublishAsync(Store, SmallReleases.Versions[1])),
            TryAsync(() => releases.PublishAsync(other, SmallReleases.Versions[2])));
        var lost = Assert.Single(outcomes, outcome => outcome is not null)!;
        Assert.Equal(ExitCode.Busy, lost.Code);
        Assert.StartsWith($"{Store.Location}: another publisher is at work", lost.Message, StringComparison.Ordinal);
        Assert.EndsWith("wait for it, then run the same command again", lost.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', lost.Message);
        await SoundAsync(expected: 2);

        // The loser does what it was told.
        await releases.PublishAsync(other, outcomes[0] is null ? SmallReleases.Versions[2] : SmallReleases.Versions[1]);
        await SoundAsync(expected: 3);
    }

    private static async Task<BananaException?> TryAsync(Func<Task> work)
    {
        try
        {
            await work();
            return null;
        }
        catch (BananaException error)
        {
            return error;
        }
    }

    private async Task SoundAsync(int expected)
    {
        using var reader = OpenAgain();
        var report = await new RepositoryVerifier(reader, TimeProvider.System, SilentProgress.Instance).VerifyAsync(Cancellation);
        Assert.Empty(report.Findings);
        Assert.Equal(expected, report.Releases);
    }

    private async Task<IReadOnlyList<ChannelEntry>> EntriesAsync(string role)
    {
        using var reader = OpenAgain();
        var metadata = await TufRepository.LoadAsync(new StoreReader(reader), TimeProvider.System, cancellation: Cancellation);
        return ChannelEntry.All(metadata.Roles[role], role);
    }
}

/// <summary>In a folder.</summary>
public sealed class FolderRepositoryTests(SmallReleases releases) : RepositoryConformance(releases), IClassFixture<SmallReleases>, IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("banana-repository-").FullName;
    private FolderStore? store;

    protected override IReleaseStore Store => store ??= new FolderStore(folder);

    public void Dispose()
    {
        store?.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    protected override IReleaseStore OpenAgain() => new FolderStore(folder);
}

/// <summary>On Ceph's object gateway; each test has a bucket of its own.</summary>
public sealed class S3RepositoryTests : RepositoryConformance, IClassFixture<SmallReleases>, IClassFixture<S3Server>, IAsyncLifetime
{
    private readonly S3Settings settings;
    private readonly S3Store store;

    public S3RepositoryTests(SmallReleases releases, S3Server server)
        : base(releases)
    {
        ArgumentNullException.ThrowIfNull(server);
        settings = server.Settings with { Bucket = $"releases-{Random.Shared.NextInt64():x}" };
        store = new S3Store(settings, new HttpStoreOptions { Attempts = 2 });
    }

    protected override IReleaseStore Store => store;

    public async ValueTask InitializeAsync() => await S3Server.MakeBucketAsync(settings, Cancellation);

    public ValueTask DisposeAsync()
    {
        store.Dispose();
        return ValueTask.CompletedTask;
    }

    protected override IReleaseStore OpenAgain() => new S3Store(settings, new HttpStoreOptions { Attempts = 2 });
}
