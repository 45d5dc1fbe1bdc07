// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Releases.Stores;
using Banana.Updates.Planning;

namespace Banana.Updates.Fetching;

/// <summary>A store to read from that counts what it delivers, and delivers no faster than it may. Does not close the store within.</summary>
/// <param name="inner">The store.</param>
/// <param name="limiter">How fast; null: as fast as it goes.</param>
/// <param name="onFetched">Who is told.</param>
internal sealed class MeteredStore(IReleaseStore inner, RateLimiter? limiter = null, Action<long>? onFetched = null) : IReleaseStore
{
    private readonly RateLimiter limiter = limiter ?? new(null, TimeProvider.System);
    private long bytes;
    private int requests;

    /// <summary>What was delivered so far.</summary>
    public FetchCost Delivered => new(Interlocked.Read(ref bytes), Volatile.Read(ref requests));

    public string Location => inner.Location;

    public bool CanWrite => false;

    public bool CanList => false;

    public async Task<StoredObject?> ReadAsync(string key, int limit, CancellationToken cancellation)
    {
        Interlocked.Increment(ref requests);
        var found = await inner.ReadAsync(key, limit, cancellation).ConfigureAwait(false);
        await CountAsync(found?.Content.Length ?? 0, cancellation).ConfigureAwait(false);
        return found;
    }

    public Task<long?> LengthAsync(string key, CancellationToken cancellation)
    {
        Interlocked.Increment(ref requests);
        return inner.LengthAsync(key, cancellation);
    }

    public async Task<Stream> OpenAsync(string key, ByteRange range, CancellationToken cancellation)
    {
        Interlocked.Increment(ref requests);
        return new MeteredStream(await inner.OpenAsync(key, range, cancellation).ConfigureAwait(false), this, cancellation);
    }

    public IAsyncEnumerable<StoreEntry> ListAsync(string prefix, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<bool> WriteAsync(string key, ReadOnlyMemory<byte> content, Precondition precondition, CancellationToken cancellation) => throw new NotSupportedException();

    public Task UploadAsync(string key, Stream content, long length, CancellationToken cancellation) => throw new NotSupportedException();

    public Task DeleteAsync(string key, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<int> SweepAsync(DateTimeOffset before, CancellationToken cancellation) => throw new NotSupportedException();

    public void Dispose()
    {
        // The store is its owner's.
    }

    private ValueTask CountAsync(int count, CancellationToken cancellation)
    {
        Interlocked.Add(ref bytes, count);
        onFetched?.Invoke(count);
        return limiter.PayAsync(count, cancellation);
    }

    // Who reads synchronously (the applier of patches) can still be stopped: by what the opening was given.
    private sealed class MeteredStream(Stream source, MeteredStore store, CancellationToken opened) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await source.ReadAsync(buffer[..Math.Min(buffer.Length, store.limiter.Piece)], cancellationToken).ConfigureAwait(false);
            await store.CountAsync(read, cancellationToken).ConfigureAwait(false);
            return read;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count), opened).AsTask().GetAwaiter().GetResult();

        public override void Flush()
        {
            // Nothing is written.
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                source.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
