// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text;
using Banana.Formats.Release;
using Banana.Foundation.Hashing;
using Banana.Foundation.Progress;
using Banana.Releases.Channels;
using Banana.Releases.Maintenance;
using Banana.Releases.Publishing;
using Banana.Releases.Sysupdate;
using Banana.Tuf.Repository;

namespace Banana.Tests.Unit.Releases;

/// <summary>Two editions in one repository, whose releases have the same versions: what is done to one is not done to the other.</summary>
public sealed class EditionTests : IAsyncLifetime
{
    private const string First = "20260101.1", Second = "20260101.2";

    private readonly RepositoryWorld world = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await PublishAsync(First, "plain.erofs", "core");
        await PublishAsync(First, "zstd.erofs", "plasma");
    }

    public ValueTask DisposeAsync()
    {
        world.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Each_has_its_own_parts_and_its_own_signed_list()
    {
        var (core, plasma) = (await ListAsync("core"), await ListAsync("plasma"));
        Assert.Equal([$"banana_{First}-x86-64.efi", $"banana_{First}_usr-x86-64.erofs"], core.Keys);
        Assert.Equal(core.Keys, plasma.Keys);
        Assert.NotEqual(core[Usr(First)], plasma[Usr(First)]);
        Assert.Equal(core[Usr(First)], Sha256Digest.Of(await File.ReadAllBytesAsync(At("images", "core", Usr(First)), Cancellation)));
        Assert.Equal(plasma[Usr(First)], Sha256Digest.Of(await File.ReadAllBytesAsync(At("images", "plasma", Usr(First)), Cancellation)));
        await SoundAsync(releases: 2);
    }

    [Fact]
    public async Task A_patch_leads_from_the_release_of_the_same_edition()
    {
        foreach (var (edition, image) in new[] { ("core", "indexes.erofs"), ("plasma", "plain.erofs") })
        {
            var patch = Assert.Single((await PublishAsync(Second, image, edition)).Delivery.Patches);
            Assert.Equal((First, $"patches/{edition}/{First}-{Second}"), (patch.From.ToString(), patch.Object.Key));
            Assert.Equal((await ListAsync(edition))[Usr(First)], patch.FromSha256);
        }

        await SoundAsync(releases: 4);
    }

    [Fact]
    public async Task Withdrawing_one_leaves_the_other()
    {
        Assert.Equal(["testing-plasma"], await world.Channels(RepositoryWorld.SignAsync).WithdrawAsync("plasma", ReleaseVersion.Parse(First), "the desktop does not start", Cancellation));
        Assert.Empty(await ListAsync("plasma"));
        Assert.Equal(2, (await ListAsync("core")).Count);
        Assert.Equal("the desktop does not start", Assert.Single(await EntriesAsync("plasma")).Withdrawn);
        Assert.Null(Assert.Single(await EntriesAsync("core")).Withdrawn);
        await SoundAsync(releases: 2);
    }

    [Fact]
    public async Task Pruning_counts_the_releases_of_each()
    {
        await PublishAsync(Second, "indexes.erofs", "core");
        await File.WriteAllTextAsync(At("images", "SHA256SUMS"), "of no edition", Cancellation);
        Directory.CreateDirectory(At("images", "server"));
        await File.WriteAllTextAsync(At("images", "server", "SHA256SUMS"), "of an edition that no channel has", Cancellation);
        Assert.Equal(["images/SHA256SUMS", "images/server/SHA256SUMS"], (await VerifyAsync()).Findings.Select(finding => finding.Key));

        var report = await new Pruner(world.Store, world.Keys, TimeProvider.System, SilentProgress.Instance).PruneAsync(new PrunePolicy(Releases: 1), dryRun: false, RepositoryWorld.SignAsync, Cancellation);
        Assert.Equal([$"testing-core {First}"], report.Releases);
        Assert.Equal((false, true, true), (File.Exists(At("images", "core", Usr(First))), File.Exists(At("images", "core", Usr(Second))), File.Exists(At("images", "plasma", Usr(First)))));
        Assert.Equal([$"banana_{Second}-x86-64.efi", Usr(Second)], (await ListAsync("core")).Keys);
        Assert.Equal([$"banana_{First}-x86-64.efi", Usr(First)], (await ListAsync("plasma")).Keys);
        await SoundAsync(releases: 2);
    }

    [Fact]
    public async Task Verify_says_whose_part_is_damaged()
    {
        var image = At("images", "plasma", Usr(First));
        var content = await File.ReadAllBytesAsync(image, Cancellation);
        content[^1] ^= 1;
        await File.WriteAllBytesAsync(image, content, Cancellation);
        var finding = Assert.Single((await VerifyAsync()).Findings);
        Assert.Equal((Finding.Corrupt, $"images/plasma/{Usr(First)}"), (finding.Finding, finding.Key));
    }

    [Fact]
    public void Devices_of_an_edition_are_shown_only_its_own_folder()
    {
        var definitions = new TransferDefinitions { Repository = new Uri("https://example.org/os/"), Id = "banana", Edition = "plasma", Architecture = "x86-64" };
        Assert.All(definitions.Files().Values, text => Assert.Contains("\nPath=https://example.org/os/images/plasma/\n", text, StringComparison.Ordinal));
    }

    private static string Usr(string version) => $"banana_{version}_usr-x86-64.erofs";

    private string At(params string[] names) => Path.Combine([world.Repository, .. names]);

    private async Task<PublishReport> PublishAsync(string version, string image, string edition) =>
        await world.PublishAsync(await world.MakeAsync(version, image, edition), sign: RepositoryWorld.SignAsync);

    // The list, whose signature has to be of this very list.
    private async Task<IReadOnlyDictionary<string, string>> ListAsync(string edition)
    {
        var list = await File.ReadAllBytesAsync(At("images", edition, "SHA256SUMS"), Cancellation);
        Assert.Equal(Encoding.ASCII.GetString(await RepositoryWorld.SignAsync(list, Cancellation)), await File.ReadAllTextAsync(At("images", edition, "SHA256SUMS.gpg"), Cancellation));
        return ChecksumList.Parse(list, edition).Files;
    }

    private Task<VerifyReport> VerifyAsync() => new RepositoryVerifier(world.Store, TimeProvider.System, SilentProgress.Instance).VerifyAsync(Cancellation);

    private async Task SoundAsync(int releases)
    {
        var report = await VerifyAsync();
        Assert.Empty(report.Findings);
        Assert.Equal(releases, report.Releases);
    }

    private async Task<IReadOnlyList<ChannelEntry>> EntriesAsync(string edition) =>
        ChannelEntry.All((await TufRepository.LoadAsync(new StoreReader(world.Store), TimeProvider.System, cancellation: Cancellation)).Roles[$"testing-{edition}"], edition);
}
