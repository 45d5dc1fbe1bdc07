// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text.RegularExpressions;
using Banana.Foundation.Processes;
using Banana.Tests.Integration.Tools;

namespace Banana.Tests.Integration.Releases;

/// <summary>The commands of a repository as people use them: what they print, what they refuse, and their exit codes.</summary>
public sealed class RepositoryCommandTests(SmallReleases releases) : IClassFixture<SmallReleases>
{
    private static readonly (string Old, string New) Versions = (SmallReleases.Versions[0], SmallReleases.Versions[1]);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_repository_lives_from_its_keys_to_its_server()
    {
        var repository = await BeginAsync("life");
        var key = new TestKey((await WorkbenchTools.WorkbenchAsync()).Enter(), releases.Folder, "life");
        await key.MakeAsync(Cancellation);
        string[] publish = ["--channel", "testing", "--to", repository, "--keys", At("life-keys"), "--gpg-home", At("gnupg-life")];
        Says($"core {Versions.Old} is in testing of {repository}\n  from nothing           SIZE\n", await RunAsync(["publish", releases.PathOf(Versions.Old), .. publish]));
        Says(
            $"""
            core {Versions.New} is in testing of {repository}
              from {Versions.Old}, patch   SIZE
              from {Versions.Old}, chunks  SIZE in N requests
              from nothing           SIZE

            """,
            await RunAsync(["publish", releases.PathOf(Versions.New), .. publish]));

        string[] change = ["--repo", repository, "--keys", At("life-keys")];
        Says($"core {Versions.Old} is in stable, with the manifest DIGEST\n", await RunAsync(["promote", $"core/{Versions.Old}", "--from", "testing", "--to", "stable", .. change]));
        string[] withdraw = ["withdraw", $"core/{Versions.New}", "--reason", "the desktop does not start", .. change];
        await RefusedAsync(3, $"{repository}: images/core/SHA256SUMS, which stock systemd-sysupdate reads, has to be signed anew; give the GnuPG home of its key with --gpg-home", withdraw);
        Says($"core {Versions.New} is withdrawn from testing-core\n", await RunAsync([.. withdraw, "--gpg-home", At("gnupg-life")]));
        var listed = await File.ReadAllTextAsync(Path.Combine(repository, "images", "core", "SHA256SUMS"), Cancellation);
        Assert.Equal((true, false), (listed.Contains(Versions.Old, StringComparison.Ordinal), listed.Contains(Versions.New, StringComparison.Ordinal)));
        Says("would go: 0 objects, 0 B\n", await RunAsync(["prune", "--dry-run", "--keep", "1", .. change]), exactSizes: true);
        Says(string.Empty, await RunAsync("verify", repository));

        // A device's view, by the embedded server.
        var address = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var serving = new ProcessRunner().RunAsync(
            Make("serve", repository, "--listen", "127.0.0.1:0", "--for", "120") with
            {
                OnLine = line => address.TrySetResult(Regex.Match(line, "http://[0-9.]+:[0-9]+").Value),
            },
            stop.Token);
        Assert.Same(address.Task, await Task.WhenAny(address.Task, serving));
        Says(string.Empty, await RunAsync("verify", await address.Task));
        await RefusedAsync(2, $"{await address.Task}/: this repository can only be read; give the folder or the bucket that the server shows", ["withdraw", $"core/{Versions.Old}", "--reason", "x", "--repo", await address.Task, "--keys", At("life-keys")]);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => serving);
    }

    [Fact]
    public async Task Bad_input_is_one_line_and_a_code_of_the_table()
    {
        var repository = await BeginAsync("bad");
        var nowhere = Directory.CreateDirectory(At("nowhere")).FullName;
        string[] keys = ["--keys", At("bad-keys")];
        string release = $"core/{Versions.Old}", made = releases.PathOf(Versions.Old);
        await RefusedAsync(3, $"{nowhere}: there is no repository; begin one with 'banana keys make KEYS --to REPO/metadata'", ["publish", made, "--channel", "testing", "--to", nowhere, .. keys]);
        await RefusedAsync(3, $"{nowhere}: there is no repository; begin one", ["promote", release, "--from", "testing", "--to", "stable", "--repo", nowhere, .. keys]);
        await RefusedAsync(3, "does-not-exist", ["publish", made, "--channel", "testing", "--to", repository, "--keys", At("does-not-exist")]);
        await RefusedAsync(3, "none of the keys at hand is one of the repository's online keys; give the folder of the keys with --keys", ["publish", made, "--channel", "testing", "--to", repository, "--keys", nowhere]);
        await RefusedAsync(3, nowhere, ["publish", nowhere, "--channel", "testing", "--to", repository, .. keys]);
        await RefusedAsync(2, "'Te st' is no name for a channel; use lower-case letters and digits", ["publish", made, "--channel", "Te st", "--to", repository, .. keys]);
        await RefusedAsync(2, "'core' names no release; write it as EDITION/VERSION, like core/20261130.1", ["promote", "core", "--from", "testing", "--to", "stable", "--repo", repository, .. keys]);
        await RefusedAsync(2, "--reason takes one line of text", ["withdraw", release, "--reason", " ", "--repo", repository, .. keys]);
        await RefusedAsync(3, $"{repository}: the repository has no channel 'testing-core'; it has none; publish a release to it first", ["promote", release, "--from", "testing", "--to", "stable", "--repo", repository, .. keys]);
        await RefusedAsync(3, $"{repository}: no channel has core {Versions.Old}", ["withdraw", release, "--reason", "x", "--repo", repository, .. keys]);

        // One byte of an image, and one chunk: both are named, and the code says that the data cannot be trusted.
        Assert.Equal(0, (await RunAsync(["publish", made, "--channel", "testing", "--to", repository, .. keys])).ExitCode);
        var image = Path.Combine(repository, "images", "core", $"banana_{Versions.Old}_usr-x86-64.erofs");
        var content = await File.ReadAllBytesAsync(image, Cancellation);
        content[5000] ^= 1;
        await File.WriteAllBytesAsync(image, content, Cancellation);
        var chunk = Directory.EnumerateFiles(Path.Combine(repository, "chunks"), "*.cacnk", SearchOption.AllDirectories).First();
        File.Delete(chunk);
        var verify = await RunAsync("verify", repository);
        Assert.Equal(4, verify.ExitCode);
        Assert.Equal(
            [$"corrupt  images/core/{Path.GetFileName(image)}: is not what its SHA-256 says", $"missing  {Path.GetRelativePath(repository, chunk)}: needed by images/core/*.caibx"],
            verify.Lines.Select(line => Regex.Replace(line, "images/core/[^/]*\\.caibx", "images/core/*.caibx")).Order(StringComparer.Ordinal));
        Assert.EndsWith($"{repository}: 2 objects are missing or corrupt; publish the releases again that need them\n", verify.Error, StringComparison.Ordinal);

        // Metadata that was changed: nothing behind it is looked at.
        var targets = Path.Combine(repository, "metadata", "1.testing-core.json");
        await File.WriteAllTextAsync(targets, (await File.ReadAllTextAsync(targets, Cancellation)).Replace(Versions.Old, "20261121.8", StringComparison.Ordinal), Cancellation);
        await RefusedAsync(4, repository, ["verify", repository]);
    }

    private static Command Make(params IEnumerable<string> arguments) => Command.Of("dotnet", [Path.Combine(AppContext.BaseDirectory, "banana.dll"), .. arguments]) with { AllowFailure = true };

    private static Task<CommandResult> RunAsync(params IEnumerable<string> arguments) => new ProcessRunner().RunAsync(Make(arguments), Cancellation);

    // Sizes, requests and digests are another test's business.
    private static void Says(string expected, CommandResult result, bool exactSizes = false)
    {
        Assert.True(result.ExitCode == 0, result.Error);
        var output = Regex.Replace(result.Output, "[0-9a-f]{64}", "DIGEST");
        Assert.Equal(expected, exactSizes ? output : Regex.Replace(Regex.Replace(output, "[0-9.]+ (B|[KMG]iB)", "SIZE"), "in [0-9]+ requests", "in N requests"));
    }

    private static async Task RefusedAsync(int code, string says, IEnumerable<string> arguments)
    {
        var result = await RunAsync(arguments);
        Assert.True((code, string.Empty) == (result.ExitCode, result.Output), $"{string.Join(' ', arguments)}: {result.ExitCode}\n{result.Output}{result.Error}");
        var line = result.Error.TrimEnd('\n').Split('\n')[^1];
        Assert.StartsWith("banana: ", line, StringComparison.Ordinal);
        Assert.Contains(says, line, StringComparison.Ordinal);
    }

    private string At(string name) => Path.Combine(releases.Folder, name);

    private async Task<string> BeginAsync(string name)
    {
        var metadata = Path.Combine(At(name), "metadata");
        Says($"{metadata} is a repository now; its keys are in {At(name + "-keys")}. Keep a copy of root.pem where no machine reads it.\n", await RunAsync("keys", "make", At(name + "-keys"), "--to", metadata));
        return At(name);
    }
}
