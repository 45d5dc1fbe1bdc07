// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Foundation.Processes;
using Banana.Tests.Integration.Tools;
using Banana.Tuf.Client;
using Banana.Tuf.Keys;
using Banana.Tuf.Metadata;
using Banana.Tuf.Repository;
using Banana.Tuf.Transport;

namespace Banana.Tests.Integration.Tuf;

/// <summary>python-tuf, the reference implementation, reads what we write, and we read what it writes.</summary>
public sealed class PythonTufTests : IDisposable
{
    private const string Manifest = "plasma/20260101.1/manifest.json";
    private readonly string folder = Directory.CreateTempSubdirectory("banana-tuf-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task It_reads_a_repository_of_ours_with_all_key_types_a_delegation_and_rotations()
    {
        var content = "a manifest of Banana: é\n"u8.ToArray();
        var repository = new OurRepository(folder);
        repository.Release(content);
        var read = await PythonAsync("read", folder, Manifest);
        Assert.Equal("a manifest of Banana: é\nroot 1\ntimestamp 1\nsnapshot 1\ntargets 1\n", read.Output);

        repository.Rotate();
        read = await PythonAsync("read", folder, Manifest);
        Assert.Equal("a manifest of Banana: é\nroot 3\ntimestamp 2\nsnapshot 2\ntargets 2\n", read.Output);

        // It refuses what we refuse: the test can fail.
        File.Copy(Path.Combine(folder, "metadata", "1.snapshot.json"), Path.Combine(folder, "metadata", "2.snapshot.json"), overwrite: true);
        Directory.Delete(Path.Combine(folder, "client"), recursive: true);
        var failed = await Assert.ThrowsAnyAsync<Exception>(() => PythonAsync("read", folder, Manifest));
        Assert.Contains("LengthOrHashMismatch", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task We_read_a_repository_of_its_own_with_all_key_types_a_delegation_and_a_rotation()
    {
        await PythonAsync("write", folder);
        var store = new FolderTrustedStore(Directory.CreateDirectory(Path.Combine(folder, "trusted")).FullName);
        TufClient.Initialize(store, await File.ReadAllBytesAsync(Path.Combine(folder, "metadata", "1.root.json"), Cancellation));
        var client = new TufClient(new DirectoryTransport(Path.Combine(folder, "metadata")), store, TimeProvider.System);
        await client.RefreshAsync(Cancellation);
        Assert.Equal((2L, 1L), (client.Root!.Version, client.Timestamp!.Version));
        var target = await client.FindTargetAsync(Manifest, Cancellation);
        Assert.Equal(["sha256", "sha512"], target!.Hashes.Values.Keys.Order());
        Assert.Equal("a manifest of python-tuf\n"u8.ToArray(), await client.ReadAsync(new DirectoryTransport(Path.Combine(folder, "targets")), Manifest, target, 1000, Cancellation));

        // And what it wrote can be maintained by us.
        var repository = await TufRepository.LoadAsync(new FolderRepository(Path.Combine(folder, "metadata")), TimeProvider.System, cancellation: Cancellation);
        Assert.Equal("é\n\"\\", repository.Root.Unknown["unknown"].GetProperty("text").GetString());
        Assert.Equal(["stable-plasma", "targets"], repository.Roles.Keys.Order());
    }

    [Theory]
    [InlineData(KeyKind.Ed25519)]
    [InlineData(KeyKind.Ecdsa)]
    [InlineData(KeyKind.Rsa)]
    public async Task OpenSSL_reads_our_key_files(KeyKind kind)
    {
        using var key = PrivateKey.Generate(kind);
        KeyFile.Write(Path.Combine(folder, "k.pem"), key, "secret");
        var read = await PeerTools.RunAsync(folder, "openssl", ["pkey", "-in", Path.Combine(folder, "k.pem"), "-passin", "pass:secret", "-noout", "-check"], Cancellation);
        Assert.Contains("valid", read.Output, StringComparison.OrdinalIgnoreCase);
    }

    private async Task<CommandResult> PythonAsync(params string[] arguments)
    {
        var script = Path.Combine(folder, "peer.py");
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Tuf", "peer.py"), script, overwrite: true);
        return await PeerTools.RunAsync(folder, "python3", [script, .. arguments], Cancellation);
    }
}

/// <summary>A repository that we write into a folder: metadata/ and targets/.</summary>
internal sealed class OurRepository
{
    private const string Manifest = "plasma/20260101.1/manifest.json";
    private readonly string folder;
    private readonly PrivateKey[] rootKeys = [PrivateKey.Generate(KeyKind.Rsa), PrivateKey.Generate(KeyKind.Ecdsa), PrivateKey.Generate(KeyKind.Ed25519)];
    private readonly Dictionary<string, PrivateKey> keys = new(StringComparer.Ordinal)
    {
        ["targets"] = PrivateKey.Generate(KeyKind.Ecdsa),
        ["snapshot"] = PrivateKey.Generate(KeyKind.Rsa),
        ["timestamp"] = PrivateKey.Generate(KeyKind.Ed25519),
        ["stable-plasma"] = PrivateKey.Generate(KeyKind.Ecdsa),
    };

    private readonly TufRepository repository;

    public OurRepository(string folder)
    {
        this.folder = folder;
        repository = TufRepository.Create(
            RoleNames.TopLevel.ToDictionary(
                role => role,
                role => ((IReadOnlyList<PublicKey>)(role == "root" ? [.. rootKeys.Select(key => key.Public)] : [keys[role].Public]), role == "root" ? 2 : 1)),
            TimeProvider.System);
        Root(root => root);
        repository.Delegate(ChannelRole.Create("stable", "plasma", [keys["stable-plasma"].Public]), [keys["stable-plasma"].Public]);
    }

    public void Release(byte[] content)
    {
        var target = TargetFile.Of(content);
        repository.SetTarget("stable-plasma", Manifest, target);
        Directory.CreateDirectory(Path.Combine(folder, "targets", "plasma", "20260101.1"));
        File.WriteAllBytes(Path.Combine(folder, "targets", "plasma", "20260101.1", target.Hashes.Preferred + ".manifest.json"), content);
        Write();
    }

    /// <summary>Two new roots: one with another root key, one with other online keys.</summary>
    public void Rotate()
    {
        var old = rootKeys[0];
        rootKeys[0] = PrivateKey.Generate(KeyKind.Ed25519);
        Root(root => root.Rotate("root", rootKeys[0].Public, old.Public.Id));
        keys["timestamp"] = PrivateKey.Generate(KeyKind.Rsa);
        keys["targets"] = PrivateKey.Generate(KeyKind.Ed25519);
        Root(root => root.WithRole("timestamp", [keys["timestamp"].Public], 1).WithRole("targets", [keys["targets"].Public], 1));
        Write();
    }

    private void Root(Func<RootMetadata, RootMetadata> change) =>
        repository.Accept(rootKeys.Aggregate(repository.ProposeRoot(change), (request, key) => request.Authorities.Any(authority => authority.Keys.KeyIds.Contains(key.Public.Id)) ? request.Sign(key) : request));

    private void Write() => new FolderRepository(Path.Combine(folder, "metadata")).Write(repository.Commit([.. keys.Values]));
}
