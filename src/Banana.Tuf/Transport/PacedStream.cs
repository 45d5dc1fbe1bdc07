// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Tuf.Transport;

/// <summary>A body that has to come at a least rate. The time that the reader takes for itself is not counted.</summary>
internal sealed class PacedStream(Stream body, string name, HttpLimits limits, TimeProvider clock) : Stream
{
    private long windowBytes;
    private TimeSpan windowWaited;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var start = clock.GetTimestamp();
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = clock.CreateTimer(_ => silence.Cancel(), null, limits.Silence, Timeout.InfiniteTimeSpan);
        int count;
        try
        {
            count = await body.ReadAsync(buffer, silence.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TufException(TufFailure.TooSlow, $"{name}: nothing came for {limits.Silence.TotalSeconds:0.#} s", error);
        }
        catch (Exception error) when (error is IOException or HttpRequestException)
        {
            throw new TufException(TufFailure.Unreachable, $"{name}: the connection was lost: {error.Message}", error);
        }

        windowBytes += count;
        windowWaited += clock.GetElapsedTime(start);
        if (count > 0 && windowWaited >= limits.Window)
        {
            if (windowBytes < limits.LeastRate * windowWaited.TotalSeconds)
            {
                throw new TufException(TufFailure.TooSlow, $"{name}: {windowBytes} bytes in {windowWaited.TotalSeconds:0.#} s are less than {limits.LeastRate} a second");
            }

            windowBytes = 0;
            windowWaited = TimeSpan.Zero;
        }

        return count;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            body.Dispose();
        }

        base.Dispose(disposing);
    }
}
