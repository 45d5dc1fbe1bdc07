// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Foundation.Errors;
using Banana.Releases.Layout;
using Banana.Releases.Stores;
using Banana.Releases.Stores.Http;
using Banana.Releases.Stores.S3;

namespace Banana.Tests.Integration.Stores;

/// <summary>Against Ceph's object gateway. Each test has a bucket of its own.</summary>
public sealed class S3StoreTests : WritableStoreConformance, IClassFixture<S3Server>, IAsyncLifetime
{
    private readonly S3Settings settings;
    private readonly S3Store store;

    public S3StoreTests(S3Server server)
    {
        ArgumentNullException.ThrowIfNull(server);
        settings = server.Settings with { Bucket = $"releases-{Random.Shared.NextInt64():x}" };

        // Pages of three, so that every list has several.
        store = new S3Store(settings, new HttpStoreOptions { Attempts = 2 }, pageSize: 3, parallel: 2);
    }

    protected override IReleaseStore Store => store;

    [Theory]
    [InlineData("bucket", ExitCode.BadInput, "there is no bucket 'elsewhere'")]
    [InlineData("key", ExitCode.BadInput, "does not know the key NOBODY")]
    [InlineData("secret", ExitCode.BadInput, "the secret key is wrong")]
    [InlineData("server", ExitCode.Unreachable, "after 2 attempts")]
    public async Task Wrong_settings_are_named(string which, ExitCode code, string text)
    {
        var wrong = which switch
        {
            "bucket" => settings with { Bucket = "elsewhere" },
            "key" => settings with { AccessKey = "NOBODY" },
            "secret" => settings with { SecretKey = "guessed" },
            _ => settings with { Endpoint = new Uri("http://127.0.0.1:1") },
        };
        using var other = new S3Store(wrong, new HttpStoreOptions { Attempts = 2, BackOff = TimeSpan.FromMilliseconds(10) });
        foreach (var attempt in new Func<Task>[] { () => other.WriteAsync("a", new byte[1], Precondition.Missing, Cancellation), () => other.ReadAsync("a", 10, Cancellation), () => other.UploadAsync("a", new MemoryStream(new byte[17_000_000]), 17_000_000, Cancellation) })
        {
            var error = await Assert.ThrowsAsync<BananaException>(attempt);
            Assert.Equal(code, error.Code);
            Assert.Contains(text, error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(wrong.SecretKey, error.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Clock_that_is_wrong_is_named()
    {
        using var other = new S3Store(settings, new HttpStoreOptions { Attempts = 1, Time = new WrongClock() });
        var error = await Assert.ThrowsAsync<BananaException>(() => other.ReadAsync("a", 10, Cancellation));
        Assert.Contains("clock", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Objects_say_how_long_caches_may_keep_them()
    {
        await PutAsync("metadata/timestamp.json", [1]);
        await PutAsync("images/large", new byte[17_000_000]);
        using var client = new S3Client(settings, new HttpStoreOptions());
        foreach (var (key, policy) in new[] { ("metadata/timestamp.json", CachePolicy.Revalidate), ("images/large", CachePolicy.Immutable) })
        {
            using var response = await client.SendAsync(() => client.Make(HttpMethod.Head, key), "look", uploaded: 0, Cancellation);
            Assert.Equal(policy, string.Join(", ", response.Headers.NonValidated["Cache-Control"]));
        }
    }

    public async ValueTask InitializeAsync() => await S3Server.MakeBucketAsync(settings, Cancellation);

    public ValueTask DisposeAsync()
    {
        store.Dispose();
        return ValueTask.CompletedTask;
    }

    private sealed class WrongClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddHours(3);
    }
}

public sealed class CarelessS3Tests(CarelessS3Server server) : IClassFixture<CarelessS3Server>
{
    [Fact]
    public async Task Server_that_ignores_preconditions_is_no_place_for_a_lock()
    {
        using var store = new S3Store(server.Settings);
        var error = await Assert.ThrowsAsync<BananaException>(() => StoreLock.TakeAsync(store, "locks/publish.json", "me", TimeSpan.FromMinutes(5), TimeProvider.System, TestContext.Current.CancellationToken));
        Assert.Equal(ExitCode.Unreachable, error.Code);
        Assert.Contains("If-None-Match", error.Message, StringComparison.Ordinal);
    }
}
