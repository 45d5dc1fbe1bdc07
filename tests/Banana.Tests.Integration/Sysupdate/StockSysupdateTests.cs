// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Net;
using System.Text.Json;
using Banana.Foundation.Hashing;
using Banana.Foundation.Processes;
using Banana.Releases.Stores.Folder;
using Banana.Releases.Sysupdate;
using Banana.Serving;
using Banana.Tests.Integration.Releases;
using Banana.Tests.Integration.Tools;

namespace Banana.Tests.Integration.Sysupdate;

/// <summary>The real systemd-sysupdate 262 finds, verifies and installs releases of a repository that our server serves.</summary>
public sealed class StockSysupdateTests(SmallReleases releases) : IClassFixture<SmallReleases>, IAsyncLifetime
{
    private const string Program = "/usr/lib/systemd/systemd-sysupdate";

    private readonly TemporaryFolder folder = new();
    private RepositoryServer server = null!;
    private TestKey key = null!;
    private Sandbox peers = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        foreach (var name in new[] { "repo/images/core", "sysupdate.d", "target" })
        {
            Directory.CreateDirectory(folder.Combine(name));
        }

        peers = (await PeerTools.WorkbenchAsync()).Enter(new Bind(folder.Path));
        key = await new TestKey(peers, folder.Path, "release").MakeAsync(Cancellation);
        server = await RepositoryServer.StartAsync(folder.Combine("repo"), new IPEndPoint(IPAddress.Loopback, 0), new ServerLimits(), Cancellation);
        var definitions = new TransferDefinitions { Repository = new Uri(server.Address), Id = "banana", Edition = "core", Architecture = "x86-64", Folder = folder.Combine("target") };
        foreach (var (name, text) in definitions.Files())
        {
            await File.WriteAllTextAsync(folder.Combine("sysupdate.d", name), text, Cancellation);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Finds_installs_and_keeps_releases()
    {
        await PublishAsync(key, "20261121.9");
        Assert.Equal(0, (await UpdateAsync("update")).ExitCode);
        AssertInstalled("20261121.9");
        Assert.NotEqual(0, (await UpdateAsync("check-new")).ExitCode);

        // The tenth of the day is newer than the ninth.
        await PublishAsync(key, "20261121.9", "20261121.10");
        var found = await UpdateAsync("check-new");
        Assert.Equal("20261121.10", found.Output.Trim());
        using var list = JsonDocument.Parse((await UpdateAsync("list", "--json=short")).Output);
        Assert.Equal(["20261121.10", "20261121.9"], list.RootElement.GetProperty("all").EnumerateArray().Select(version => version.GetString()!));
        Assert.Equal(0, (await UpdateAsync("update")).ExitCode);
        AssertInstalled("20261121.9", "20261121.10");

        // Two instances: the oldest makes room.
        await PublishAsync(key, "20261121.10", "20261122.1");
        Assert.Equal(0, (await UpdateAsync("update")).ExitCode);
        AssertInstalled("20261121.10", "20261122.1");
    }

    [Fact]
    public async Task Installs_what_a_publisher_published()
    {
        var (old, newer) = (SmallReleases.Versions[0], SmallReleases.Versions[1]);
        using var store = new FolderStore(folder.Combine("repo"));
        await releases.PublishAsync(store, old, SignAsync);
        Assert.Equal(old, (await UpdateAsync("check-new")).Output.Trim());
        Assert.Equal(0, (await UpdateAsync("update")).ExitCode);
        AssertInstalled(old);
        await releases.PublishAsync(store, newer, SignAsync);
        var update = await UpdateAsync("update");
        Assert.True(update.ExitCode == 0, update.Error);
        AssertInstalled(old, newer);

        async Task<byte[]> SignAsync(byte[] list, CancellationToken cancellation)
        {
            await File.WriteAllBytesAsync(folder.Combine("list"), list, cancellation);
            await key.SignAsync(folder.Combine("list"), cancellation);
            return await File.ReadAllBytesAsync(folder.Combine("list.sig"), cancellation);
        }
    }

    [Fact]
    public async Task Wrong_signature_or_digest_is_refused()
    {
        var other = await new TestKey(peers, folder.Path, "other").MakeAsync(Cancellation);
        await PublishAsync(other, "20261121.1");
        Assert.NotEqual(0, (await UpdateAsync("update")).ExitCode);
        AssertInstalled();

        await PublishAsync(key, "20261121.1");
        await File.AppendAllTextAsync(folder.Combine("repo", ChecksumList.KeyOf("core")), new string('0', 64) + " *banana_20261121.2_usr-x86-64.erofs\n", Cancellation);
        Assert.NotEqual(0, (await UpdateAsync("update")).ExitCode);
        AssertInstalled();

        await PublishAsync(key, "20261121.1");
        await File.WriteAllTextAsync(folder.Combine("repo", "images", "core", "banana_20261121.1_usr-x86-64.erofs"), "changed", Cancellation);
        Assert.NotEqual(0, (await UpdateAsync("update")).ExitCode);
        AssertInstalled();

        // What sysupdate began with the wrong file is in its way until it is removed.
        foreach (var begun in Directory.GetFiles(folder.Combine("target")))
        {
            File.Delete(begun);
        }

        await PublishAsync(key, "20261121.1");
        var update = await UpdateAsync("update");
        Assert.True(update.ExitCode == 0, update.Error);
        AssertInstalled("20261121.1");
    }

    private static string[] Names(string version) => [$"banana_{version}-x86-64.efi", $"banana_{version}_usr-verity-x86-64.verity", $"banana_{version}_usr-x86-64.erofs"];

    private async Task PublishAsync(TestKey by, params string[] versions)
    {
        var list = new ChecksumList();
        foreach (var name in versions.SelectMany(Names))
        {
            var path = folder.Combine("repo", "images", "core", name);
            await File.WriteAllTextAsync(path, string.Concat(Enumerable.Repeat(name + "\n", 5000)), Cancellation);
            list.Add(name, await Sha256Digest.OfFileAsync(path, Cancellation));
        }

        var sums = folder.Combine("repo", ChecksumList.KeyOf("core"));
        await File.WriteAllBytesAsync(sums, list.ToBytes(), Cancellation);
        await by.SignAsync(sums, Cancellation);
        File.Move(sums + ".sig", folder.Combine("repo", ChecksumList.SignatureKeyOf("core")), overwrite: true);
    }

    // Names with a dot are what sysupdate itself has begun and not finished.
    private void AssertInstalled(params string[] versions)
    {
        Assert.Equal(versions.SelectMany(Names).Order(StringComparer.Ordinal), Directory.GetFiles(folder.Combine("target")).Select(path => Path.GetFileName(path)).Where(name => name[0] != '.').Order(StringComparer.Ordinal));
        foreach (var name in versions.SelectMany(Names))
        {
            Assert.Equal(File.ReadAllBytes(folder.Combine("repo", "images", "core", name)), File.ReadAllBytes(folder.Combine("target", name)));
        }
    }

    private Task<CommandResult> UpdateAsync(params string[] arguments) => peers.WithNetwork().RunAsync(
        Command.Of(Program, ["--definitions=" + folder.Combine("sysupdate.d"), "--no-pager", .. arguments]).With("SYSTEMD_OPENPGP_KEYRING", key.Keyring) with { AllowFailure = true },
        Cancellation);
}
