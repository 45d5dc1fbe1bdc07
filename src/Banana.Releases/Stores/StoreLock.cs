// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Banana.Foundation.Errors;

namespace Banana.Releases.Stores;

/// <summary>
/// The right to change a repository, held by one publisher at a time: an object that names who has it and until when. It is taken and
/// renewed by conditional writes only, so that of two publishers one wins; one that was killed loses it when its time is over.
/// The holder calls <see cref="RenewAsync"/> before it writes the pointer: only then is it sure that nobody took over.
/// </summary>
/// <remarks>A sample of the object: <c>{"format":1,"holder":"ci-3 (pid 812)","expires":"2026-11-22T01:30:00Z","token":"…"}</c>.</remarks>
public sealed class StoreLock : IAsyncDisposable
{
    private const int Format = 1;
    private const int MaximumLength = 4096;

    private readonly IReleaseStore store;
    private readonly string key;
    private readonly string holder;
    private readonly TimeSpan lifetime;
    private readonly TimeProvider time;
    private StoredObject? ours;

    private StoreLock(IReleaseStore store, string key, string holder, TimeSpan lifetime, TimeProvider time)
    {
        this.store = store;
        this.key = key;
        this.holder = holder;
        this.lifetime = lifetime;
        this.time = time;
    }

    /// <summary>Takes the lock, or says who has it.</summary>
    /// <param name="store">The repository.</param>
    /// <param name="key">The object, by custom below <c>locks/</c>.</param>
    /// <param name="holder">Who takes it, for the others' message: machine and process.</param>
    /// <param name="lifetime">How long it is ours without renewal; longer than the clocks of the publishers differ.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="BananaException">Another holds it (<see cref="ExitCode.Busy"/>), or the server ignores preconditions (<see cref="ExitCode.Unreachable"/>).</exception>
    public static async Task<StoreLock> TakeAsync(IReleaseStore store, string key, string holder, TimeSpan lifetime, TimeProvider time, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(time);
        var held = new StoreLock(store, key, holder, lifetime, time);
        var before = await store.ReadAsync(key, MaximumLength, cancellation).ConfigureAwait(false);
        if (before is not null && held.Parse(before) is { } other && other.Expires > time.GetUtcNow())
        {
            throw held.Busy(other);
        }

        await held.WriteAsync(before, held.time.GetUtcNow() + lifetime, cancellation).ConfigureAwait(false);

        // Some S3 servers accept the header and ignore it: two publishers would overwrite each other and never know.
        if (await store.WriteAsync(key, held.ours!.Content, Precondition.Missing, cancellation).ConfigureAwait(false))
        {
            throw new BananaException(ExitCode.Unreachable, "this server ignores preconditions of writes (If-None-Match), so two publishers at once could destroy each other's work", where: store.Location, next: "use an S3 server that has conditional writes, or publish to a folder and copy it");
        }

        return held;
    }

    /// <summary>Holds the lock for another lifetime.</summary>
    /// <exception cref="BananaException">Another took it over, because our time was up (<see cref="ExitCode.Busy"/>): do not write the pointer.</exception>
    public Task RenewAsync(CancellationToken cancellation) => WriteAsync(ours, time.GetUtcNow() + lifetime, cancellation);

    /// <summary>Gives the lock back, unless another has taken it over.</summary>
    public async ValueTask DisposeAsync()
    {
        if (ours is not null)
        {
            // Not deleted: a delete has no precondition in S3, and could remove the lock of the next one.
            await store.WriteAsync(key, Serialize(DateTimeOffset.UnixEpoch), Precondition.Unchanged(ours), CancellationToken.None).ConfigureAwait(false);
            ours = null;
        }
    }

    private async Task WriteAsync(StoredObject? before, DateTimeOffset expires, CancellationToken cancellation)
    {
        var content = Serialize(expires);
        await store.WriteAsync(key, content, before is null ? Precondition.Missing : Precondition.Unchanged(before), cancellation).ConfigureAwait(false);
        var now = await store.ReadAsync(key, MaximumLength, cancellation).ConfigureAwait(false);

        // What is there counts, not the answer: that to a first attempt may have been lost, and the second then met our own write.
        if (now is null || !now.Content.AsSpan().SequenceEqual(content))
        {
            ours = null;
            throw Busy(now is null ? null : Parse(now));
        }

        ours = now;
    }

    private byte[] Serialize(DateTimeOffset expires)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("format", Format);
            json.WriteString("holder", holder);
            json.WriteString("expires", expires.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
            json.WriteString("token", Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))); // No two writes are equal.
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private (string Holder, DateTimeOffset Expires) Parse(StoredObject found)
    {
        try
        {
            using var json = JsonDocument.Parse(found.Content);
            var format = json.RootElement.GetProperty("format").GetInt32();
            return format > Format
                ? throw new BananaException(ExitCode.NewerFormat, $"the lock was written by a newer Banana (format {format})", where: $"{store.Location}: {key}")
                : (json.RootElement.GetProperty("holder").GetString() ?? "?", json.RootElement.GetProperty("expires").GetDateTimeOffset());
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new BananaException(ExitCode.BadInput, "this is no lock", where: $"{store.Location}: {key}", next: "delete it if no publisher is at work", inner: error);
        }
    }

    private BananaException Busy((string Holder, DateTimeOffset Expires)? other) =>
        new(ExitCode.Busy, other is { } who ? $"another publisher is at work: {who.Holder}, at most until {who.Expires.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC" : "another publisher is at work", where: store.Location, next: "wait for it, then run the same command again");
}
