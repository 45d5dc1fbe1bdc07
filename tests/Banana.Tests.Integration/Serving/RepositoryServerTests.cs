// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Banana.Foundation.Errors;
using Banana.Foundation.Processes;
using Banana.Serving;
using Banana.Tests.Integration.Tools;

namespace Banana.Tests.Integration.Serving;

public sealed class RepositoryServerTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private readonly byte[] image = RandomNumberGenerator.GetBytes(1_000_000);
    private readonly HttpClient client = new();
    private RepositoryServer server = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(folder.Combine("repo", "metadata"));
        Directory.CreateDirectory(folder.Combine("repo", "images"));
        await File.WriteAllTextAsync(folder.Combine("secret"), "secret", Cancellation);
        await File.WriteAllTextAsync(folder.Combine("repo", ".hidden"), "secret", Cancellation);
        await File.WriteAllTextAsync(folder.Combine("repo", "metadata", "timestamp.json"), "{}", Cancellation);
        await File.WriteAllTextAsync(folder.Combine("repo", "metadata", "3.root.json"), "{}", Cancellation);
        await File.WriteAllTextAsync(folder.Combine("repo", "metadata", "3.snapshot.json"), "{}", Cancellation);
        await File.WriteAllBytesAsync(folder.Combine("repo", "images", "os_1.efi"), image, Cancellation);
        File.CreateSymbolicLink(folder.Combine("repo", "images", "link"), folder.Combine("secret"));
        File.CreateSymbolicLink(folder.Combine("repo", "linked"), folder.Path);
        server = await StartAsync(new ServerLimits());
        client.BaseAddress = new Uri(server.Address);
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await server.DisposeAsync();
        folder.Dispose();
    }

    [Theory]
    [InlineData("metadata/timestamp.json", "no-cache")]
    [InlineData("metadata/3.root.json", "no-cache")]
    [InlineData("metadata/3.snapshot.json", "public, max-age=31536000, immutable")]
    [InlineData("images/os_1.efi", "public, max-age=31536000, immutable")]
    public async Task Says_how_long_caches_may_keep_a_file(string key, string policy)
    {
        using var response = await client.GetAsync(key, Cancellation);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(policy, string.Join(", ", response.Headers.NonValidated["Cache-Control"]));
        Assert.NotNull(response.Headers.ETag);
        Assert.False(response.Headers.ETag.IsWeak);
        Assert.NotNull(response.Content.Headers.LastModified);
        Assert.Equal("bytes", string.Join(',', response.Headers.AcceptRanges));
    }

    [Fact]
    public async Task Missing_file_is_not_cached()
    {
        using var response = await client.GetAsync("metadata/4.root.json", Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("no-store", string.Join(", ", response.Headers.NonValidated["Cache-Control"]));
        Assert.Null(response.Headers.ETag);
    }

    [Theory]
    [InlineData("bytes=0-0", 0, 1)]
    [InlineData("bytes=1-65536", 1, 65_536)]
    [InlineData("bytes=999999-", 999_999, 1)]
    [InlineData("bytes=999990-2000000", 999_990, 10)]
    [InlineData("bytes=-7", 999_993, 7)]
    [InlineData("bytes=-2000000", 0, 1_000_000)]
    public async Task Sends_a_part(string range, int from, int length)
    {
        using var response = await GetAsync("images/os_1.efi", ("Range", range));
        Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
        Assert.Equal($"bytes {from}-{from + length - 1}/1000000", response.Content.Headers.ContentRange!.ToString());
        Assert.Equal(image.AsSpan(from, length).ToArray(), await response.Content.ReadAsByteArrayAsync(Cancellation));
    }

    [Theory]
    [InlineData("bytes=1000000-")]
    [InlineData("bytes=2000000-3000000,4000000-")]
    [InlineData("bytes=-0")]
    public async Task Part_that_is_not_there_is_refused(string range)
    {
        using var response = await GetAsync("images/os_1.efi", ("Range", range));
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, response.StatusCode);
        Assert.Equal("bytes */1000000", response.Content.Headers.ContentRange!.ToString());
    }

    [Theory]
    [InlineData("bytes=5-2")]
    [InlineData("bytes=")]
    [InlineData("lines=1-2")]
    [InlineData("bytes=0-,0-,0-,0-")]
    public async Task Whole_file_is_the_answer_to_a_range_that_is_none(string range)
    {
        using var response = await GetAsync("images/os_1.efi", ("Range", range));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(image, await response.Content.ReadAsByteArrayAsync(Cancellation));
    }

    [Fact]
    public async Task Sends_several_parts()
    {
        using var response = await GetAsync("images/os_1.efi", ("Range", "bytes=5-9, 70000-139999, -3"));
        Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
        var type = response.Content.Headers.ContentType!;
        Assert.Equal("multipart/byteranges", type.MediaType);
        var body = await response.Content.ReadAsByteArrayAsync(Cancellation);
        Assert.Equal(response.Content.Headers.ContentLength, body.Length);
        var text = Encoding.Latin1.GetString(body);
        var parts = text.Split("\r\n--" + type.Parameters.Single(parameter => parameter.Name == "boundary").Value);
        Assert.Equal(["", "--\r\n"], [parts[0], parts[^1]]);
        (int From, int Length)[] expected = [(5, 5), (70_000, 70_000), (999_997, 3)];
        Assert.Equal(
            expected.Select(part => $"\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes {part.From}-{part.From + part.Length - 1}/1000000\r\n\r\n{Encoding.Latin1.GetString(image, part.From, part.Length)}"),
            parts[1..^1]);
    }

    [Fact]
    public async Task Answers_conditions()
    {
        using var first = await client.GetAsync("images/os_1.efi", Cancellation);
        var tag = first.Headers.ETag!.ToString();
        var date = first.Content.Headers.LastModified!.Value.ToString("R");
        foreach (var (status, headers) in new (int, (string, string)[])[]
        {
            (304, [("If-None-Match", tag)]),
            (304, [("If-None-Match", $"\"other\", W/{tag}")]),
            (304, [("If-None-Match", "*")]),
            (200, [("If-None-Match", "\"other\"")]),
            (200, [("If-None-Match", "\"other\""), ("If-Modified-Since", date)]),
            (304, [("If-Modified-Since", date)]),
            (200, [("If-Modified-Since", "Thu, 01 Jan 1970 00:00:00 GMT")]),
            (412, [("If-Match", "\"other\"")]),
            (412, [("If-Match", "W/" + tag)]),
            (200, [("If-Match", tag)]),
            (412, [("If-Unmodified-Since", "Thu, 01 Jan 1970 00:00:00 GMT")]),
            (206, [("Range", "bytes=1-2"), ("If-Range", tag)]),
            (206, [("Range", "bytes=1-2"), ("If-Range", date)]),
            (200, [("Range", "bytes=1-2"), ("If-Range", "\"other\"")]),
            (200, [("Range", "bytes=1-2"), ("If-Range", "W/" + tag)]),
        })
        {
            using var response = await GetAsync("images/os_1.efi", headers);
            Assert.True(status == (int)response.StatusCode, $"{string.Join(' ', headers)}: {(int)response.StatusCode}");
        }
    }

    [Fact]
    public async Task Head_is_get_without_a_body()
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, "images/os_1.efi");
        using var response = await client.SendAsync(request, Cancellation);
        Assert.Equal(1_000_000, response.Content.Headers.ContentLength);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(Cancellation));
        using var post = await client.PostAsync("images/os_1.efi", new ByteArrayContent([]), Cancellation);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, post.StatusCode);
    }

    [Theory]
    [InlineData("/../secret")]
    [InlineData("/images/../../secret")]
    [InlineData("/%2e%2e/secret")]
    [InlineData("/..%2fsecret")]
    [InlineData("/images/..%5c..%5csecret")]
    [InlineData("//etc/passwd")]
    [InlineData("/images/link")]
    [InlineData("/linked/secret")]
    [InlineData("/.hidden")]
    [InlineData("/images/")]
    [InlineData("/images")]
    [InlineData("/")]
    [InlineData("/images/os_1.efi%00")]
    [InlineData("/metadata/./timestamp.json%2f")]
    public async Task Nothing_but_the_files_of_the_repository_is_served(string target)
    {
        var answer = await RawAsync($"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        Assert.Matches("^HTTP/1.1 40[04] ", answer);
        Assert.DoesNotContain("secret", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serves_many_at_once_and_curl()
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, 100), new ParallelOptions { MaxDegreeOfParallelism = 50, CancellationToken = Cancellation }, async (_, cancellation) =>
            Assert.Equal(image, await client.GetByteArrayAsync("images/os_1.efi", cancellation)));
        await File.WriteAllBytesAsync(folder.Combine("part"), image[..400_000], Cancellation);
        await new ProcessRunner().RunAsync(Command.Of("curl", "--silent", "--fail", "--noproxy", "*", "--continue-at", "-", "--output", folder.Combine("part"), server.Address + "/images/os_1.efi"), Cancellation);
        Assert.Equal(image, await File.ReadAllBytesAsync(folder.Combine("part"), Cancellation));
    }

    [Fact]
    public async Task Client_that_does_not_read_is_dropped_and_others_are_served()
    {
        await using var strict = await StartAsync(new ServerLimits { SlowestRate = 10_000_000, SlowGrace = TimeSpan.FromSeconds(1.5), HeaderTime = TimeSpan.FromSeconds(1.5), HeaderBytes = 2048 });
        await File.WriteAllBytesAsync(folder.Combine("repo", "images", "large"), new byte[64 << 20], Cancellation);
        using var slow = await ConnectAsync(strict);
        await slow.SendAsync(Encoding.ASCII.GetBytes("GET /images/large HTTP/1.1\r\nHost: x\r\n\r\n"), Cancellation);
        using var silent = await ConnectAsync(strict);
        await silent.SendAsync("GET /images/os_1.efi HTTP/1.1\r\nHost:"u8.ToArray(), Cancellation);
        await Task.Delay(TimeSpan.FromSeconds(5), Cancellation);
        Assert.Equal(image, await client.GetByteArrayAsync(new Uri(strict.Address + "/images/os_1.efi"), Cancellation));
        Assert.True(await DrainAsync(slow) < 64 << 20, "a client that reads nothing got everything");
        Assert.True(await DrainAsync(silent) < 1000);
        Assert.Matches("^HTTP/1.1 431 ", await RawAsync($"GET / HTTP/1.1\r\nHost: x\r\nX: {new string('x', 3000)}\r\nConnection: close\r\n\r\n", strict));
    }

    [Fact]
    public async Task More_connections_than_permitted_are_closed()
    {
        await using var small = await StartAsync(new ServerLimits { Connections = 4 });
        List<Socket> sockets = [];
        for (var index = 0; index < 8; index++)
        {
            sockets.Add(await ConnectAsync(small));
            await sockets[^1].SendAsync("GET /metadata/timestamp.json HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray(), Cancellation);
        }

        // All are held until the last was looked at: one that is let go makes room for one that the server did not accept yet.
        var answered = 0;
        foreach (var socket in sockets)
        {
            answered += await FirstAsync(socket) > 0 ? 1 : 0;
        }

        sockets.ForEach(socket => socket.Dispose());
        Assert.Equal(4, answered);
    }

    [Fact]
    public async Task Address_that_is_taken_is_named()
    {
        var error = await Assert.ThrowsAsync<BananaException>(() => RepositoryServer.StartAsync(folder.Combine("repo"), IPEndPoint.Parse(new Uri(server.Address).Authority), new ServerLimits(), Cancellation));
        Assert.Equal(ExitCode.Busy, error.Code);
        Assert.Equal(ExitCode.BadInput, (await Assert.ThrowsAsync<BananaException>(() => RepositoryServer.StartAsync(folder.Combine("none"), new IPEndPoint(IPAddress.Loopback, 0), new ServerLimits(), Cancellation))).Code);
    }

    private static async Task<int> FirstAsync(Socket socket)
    {
        try
        {
            return await socket.ReceiveAsync(new byte[100], Cancellation);
        }
        catch (SocketException)
        {
            return 0;
        }
    }

    private static async Task<long> DrainAsync(Socket socket)
    {
        var total = 0L;
        var buffer = new byte[1 << 16];
        try
        {
            while (await socket.ReceiveAsync(buffer, Cancellation) is > 0 and var read)
            {
                total += read;
            }
        }
        catch (SocketException)
        {
            // Dropped.
        }

        return total;
    }

    private static async Task<Socket> ConnectAsync(RepositoryServer to)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(IPEndPoint.Parse(new Uri(to.Address).Authority), Cancellation);
        return socket;
    }

    private async Task<string> RawAsync(string request, RepositoryServer? to = null)
    {
        using var socket = await ConnectAsync(to ?? server);
        await socket.SendAsync(Encoding.ASCII.GetBytes(request), Cancellation);
        var answer = new byte[8192];
        var read = await FirstAsync(socket, answer);
        return Encoding.Latin1.GetString(answer, 0, read);
    }

    private static async Task<int> FirstAsync(Socket socket, byte[] answer) => await socket.ReceiveAsync(answer, Cancellation);

    private async Task<HttpResponseMessage> GetAsync(string key, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, key);
        foreach (var (name, value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        }

        return await client.SendAsync(request, Cancellation);
    }

    private Task<RepositoryServer> StartAsync(ServerLimits limits) => RepositoryServer.StartAsync(folder.Combine("repo"), new IPEndPoint(IPAddress.Loopback, 0), limits, Cancellation);
}
