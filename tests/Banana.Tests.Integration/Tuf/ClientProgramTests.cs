// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Foundation.Processes;

namespace Banana.Tests.Integration.Tuf;

/// <summary>The program <c>banana-tuf</c> as the public tuf-conformance suite drives it: one process for each command, a server on a loopback address.</summary>
public sealed class ClientProgramTests : IAsyncDisposable
{
    private const string Manifest = "plasma/20260101.1/manifest.json";
    private readonly string folder = Directory.CreateTempSubdirectory("banana-tuf-").FullName;
    private readonly OurRepository repository;
    private readonly LoopbackServer server;

    public ClientProgramTests()
    {
        repository = new OurRepository(folder);
        repository.Release("one"u8.ToArray());
        server = new(folder);
    }

    private string Trusted => Path.Combine(folder, "trusted");

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task The_commands_do_what_the_suite_expects()
    {
        Assert.Equal(0, (await RunAsync("--metadata-dir", Trusted, "init", Path.Combine(folder, "metadata", "1.root.json"))).ExitCode);
        Assert.Empty(server.Requests);
        Assert.Equal(["root.json"], Files(Trusted));

        var result = await RunAsync("--metadata-url", server.Address + "/metadata", "--metadata-dir", Trusted, "refresh");
        Assert.Equal((0, string.Empty), (result.ExitCode, result.Error));
        Assert.Equal(["/metadata/2.root.json", "/metadata/timestamp.json", "/metadata/1.snapshot.json", "/metadata/1.targets.json"], server.Requests.Select(request => request.Path));
        Assert.Equal(["root.json", "snapshot.json", "targets.json", "timestamp.json"], Files(Trusted));

        Assert.Equal((0, "one"), await DownloadAsync(Manifest));
        repository.Rotate();
        repository.Release("two, longer"u8.ToArray());
        Assert.Equal((0, "two, longer"), await DownloadAsync(Manifest));
        Assert.Equal(["root.json", "snapshot.json", "stable-plasma.json", "targets.json", "timestamp.json"], Files(Trusted));
        var requests = server.Requests.Count;
        Assert.Equal((0, "two, longer"), await DownloadAsync(Manifest)); // kept, not fetched again
        Assert.Equal(2, server.Requests.Count - requests);
        Assert.Equal((1, "two, longer"), await DownloadAsync("no such target"));
    }

    [Fact]
    public async Task Everything_that_fails_is_one_line_and_code_1()
    {
        foreach (var (arguments, says) in new (string[], string)[]
        {
            ([], "one command is needed"),
            (["frob"], "there is no command frob"),
            (["--frob", "refresh"], "there is no option --frob"),
            (["refresh"], "'refresh' needs --metadata-"),
            (["--metadata-dir", Trusted, "--metadata-url", "ftp://x", "refresh"], "no address"),
            (["--metadata-dir", Trusted, "init", Path.Combine(folder, "none.json")], "none.json"),
            (["--metadata-dir", Trusted, "init", Path.Combine(folder, "metadata", "timestamp.json")], "metadata of root"),
            (["--metadata-dir", Trusted, "--metadata-url", server.Address, "refresh"], "no trusted root"),
        })
        {
            var result = await RunAsync(arguments);
            Assert.Equal((1, string.Empty), (result.ExitCode, result.Output));
            Assert.StartsWith("banana-tuf: ", result.Error, StringComparison.Ordinal);
            Assert.Contains(says, result.Error, StringComparison.Ordinal);
            Assert.Single(result.Error.TrimEnd('\n').Split('\n'));
        }

        Assert.Empty(server.Requests);
    }

    private static IEnumerable<string> Files(string path) => Directory.GetFiles(path).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);

    private async Task<(int Code, string Content)> DownloadAsync(string target)
    {
        var downloads = Path.Combine(folder, "downloads");
        var result = await RunAsync("--metadata-url", server.Address + "/metadata", "--metadata-dir", Trusted, "--target-name", target, "--target-dir", downloads, "--target-base-url", server.Address + "/targets", "download");
        return (result.ExitCode, await File.ReadAllTextAsync(Directory.GetFiles(downloads).Single(), TestContext.Current.CancellationToken));
    }

    private static Task<CommandResult> RunAsync(params string[] arguments) =>
        new ProcessRunner().RunAsync(Command.Of("dotnet", [Path.Combine(AppContext.BaseDirectory, "banana-tuf.dll"), .. arguments]) with { AllowFailure = true }, TestContext.Current.CancellationToken);
}
