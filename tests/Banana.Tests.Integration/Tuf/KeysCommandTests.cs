// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Foundation.Processes;
using Banana.Tuf.Repository;

namespace Banana.Tests.Integration.Tuf;

/// <summary><c>banana keys</c> as people use it: a developer's repository, and a root that is signed on several machines.</summary>
public sealed class KeysCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("banana-keys-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_developer_begins_a_repository_with_one_command()
    {
        Assert.Equal(0, (await RunAsync("make", "keys", "--to", "metadata")).ExitCode);
        Assert.Equal(["1.root.json", "1.snapshot.json", "1.targets.json", "timestamp.json"], Directory.GetFiles(At("metadata")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        var show = await RunAsync("show", "metadata");
        Assert.Contains("root: version 1, until ", show.Output, StringComparison.Ordinal);
        Assert.Contains(", 1 of 1 keys", show.Output, StringComparison.Ordinal);

        // Another key for the timestamp, at once, since all keys are at hand.
        Assert.Equal(0, (await RunAsync("make", "keys", "--name", "timestamp-2", "--type", "Ecdsa")).ExitCode);
        var old = (await RunAsync("show", "keys/timestamp.pub")).Output[..10];
        var rotate = await RunAsync("rotate", "metadata", "timestamp", "--new", "keys/timestamp-2.pub", "--old", old, "--key", "keys");
        Assert.Equal("metadata: wrote 2.root.json, timestamp.json\n", rotate.Output);
        var repository = await TufRepository.LoadAsync(new FolderRepository(At("metadata")), TimeProvider.System, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal((2L, 2L, 1L), (repository.Root.Version, repository.Timestamp!.Version, repository.Snapshot!.Version));

        await RefusedAsync(3, "metadata: this folder is not empty; a repository is begun once; 'banana keys rotate' changes its keys", "make", "keys", "--to", "metadata");
        await RefusedAsync(3, "there is a key of this name already; keys are never overwritten; take another name or folder", "make", "keys", "--name", "root");
        await RefusedAsync(3, "metadata: 0 keys of timestamp begin with zz", "rotate", "metadata", "timestamp", "--old", "zz");
        await RefusedAsync(2, "'keys rotate' needs --new, --old or both", "rotate", "metadata", "timestamp");
    }

    [Fact]
    public async Task Two_of_three_people_sign_a_root_with_files_that_are_carried()
    {
        await File.WriteAllTextAsync(At("secret"), "a phrase\n", TestContext.Current.CancellationToken);
        foreach (var name in new[] { "a", "b", "c" })
        {
            Assert.Equal(0, (await RunAsync("make", "people", "--name", name, "--passphrase-file", "secret")).ExitCode);
        }

        Assert.Equal(0, (await RunAsync("make", "keys", "--to", "metadata", "--root-key", "people/a.pub", "--root-key", "people/b.pub", "--root-key", "people/c.pub", "--threshold", "2")).ExitCode);
        Assert.False(Directory.Exists(At("metadata")));
        await RefusedAsync(3, "people/a.pem: the private key has a passphrase, and none was given; give it with --passphrase-file", "sign", "keys/1.root.sign", "--key", "people/a.pem");
        await RefusedAsync(3, "keys/1.root.sign: none of these keys is asked to sign this", "sign", "keys/1.root.sign", "--key", "keys/snapshot.pem");
        File.Copy(At("keys/1.root.sign"), At("copy.sign"));
        Assert.Contains("1 of 2 signatures\n", (await RunAsync("sign", "keys/1.root.sign", "--key", "people/a.pem", "--passphrase-file", "secret")).Output, StringComparison.Ordinal);
        await RefusedAsync(4, "metadata: root has 1 of the 2 signatures that it needs", "sign", "keys/1.root.sign", "--key", "keys", "--to", "metadata");
        Assert.Equal(0, (await RunAsync("sign", "copy.sign", "--key", "people/c.pem", "--passphrase-file", "secret")).ExitCode);
        var publish = await RunAsync("sign", "keys/1.root.sign", "--merge", "copy.sign", "--key", "keys", "--to", "metadata");
        Assert.EndsWith("metadata: wrote 1.root.json, 1.targets.json, 1.snapshot.json, timestamp.json\n", publish.Output, StringComparison.Ordinal);
        Assert.Contains("root: version 1, until ", (await RunAsync("show", "metadata")).Output, StringComparison.Ordinal);
    }

    private string At(string path) => Path.Combine(folder, path);

    private async Task RefusedAsync(int code, string says, params string[] arguments)
    {
        var result = await RunAsync(arguments);
        Assert.Equal((code, string.Empty), (result.ExitCode, result.Output.Contains("wrote", StringComparison.Ordinal) ? result.Output : string.Empty));
        Assert.Contains(says, result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.TrimEnd('\n').Split('\n'));
    }

    private Task<CommandResult> RunAsync(params string[] arguments) => new ProcessRunner().RunAsync(
        Command.Of("dotnet", [Path.Combine(AppContext.BaseDirectory, "banana.dll"), "keys", .. arguments]) with { AllowFailure = true, WorkingDirectory = folder },
        TestContext.Current.CancellationToken);
}
