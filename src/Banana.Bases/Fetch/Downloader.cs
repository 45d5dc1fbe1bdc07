// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Net;
using System.Runtime.ExceptionServices;
using Banana.Foundation.Errors;
using Banana.Foundation.Progress;

namespace Banana.Bases;

/// <summary>
/// Downloads files into the pool, several side by side. A transfer that breaks is resumed where it broke, in this run or a later one;
/// size and SHA-256 are verified before a file enters the pool.
/// </summary>
public sealed class Downloader : IDisposable
{
    private readonly HttpClient client;

    /// <summary>Makes a downloader.</summary>
    public Downloader(DownloadOptions options)
    {
        Options = options;
        var handler = new SocketsHttpHandler
        {
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = options.ConnectTimeout,
            MaxConnectionsPerServer = Math.Max(1, options.Parallel),
        };
        if (options.Proxy is { } proxy)
        {
            handler.Proxy = new WebProxy(proxy);
        }

        // No limit for a whole transfer: each read has its own (StallTimeout).
        client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("banana");
    }

    /// <summary>How files are downloaded.</summary>
    public DownloadOptions Options { get; }

    /// <summary>Brings files into the pool; those that are there already cost nothing.</summary>
    /// <exception cref="BananaException">
    /// <see cref="ExitCode.Unreachable"/>: a mirror is gone, too slow, or no longer has a file.
    /// <see cref="ExitCode.Untrusted"/>: a file is not what was locked. Nothing of it enters the pool.
    /// </exception>
    public async Task FetchAsync(IReadOnlyList<Download> downloads, PackagePool pool, IProgressStep progress, CancellationToken cancellation)
    {
        var total = downloads.Sum(download => download.Size);
        var done = 0L;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var slots = new SemaphoreSlim(Math.Max(1, Options.Parallel));
        ExceptionDispatchInfo? first = null;

        async Task RunAsync(Download download)
        {
            var counted = 0L;
            try
            {
                await slots.WaitAsync(stop.Token).ConfigureAwait(false);
                try
                {
                    await FetchOneAsync(download, pool, Count, stop.Token).ConfigureAwait(false);
                    Count(download.Size);
                }
                finally
                {
                    slots.Release();
                }
            }
            catch (Exception error)
            {
                // The first failure stops the rest; what they then say is only that they were stopped.
                Interlocked.CompareExchange(ref first, ExceptionDispatchInfo.Capture(error), null);
                await stop.CancelAsync().ConfigureAwait(false);
            }

            void Count(long now)
            {
                var all = Interlocked.Add(ref done, now - Interlocked.Exchange(ref counted, now));
                progress.Report(all, total, "B");
            }
        }

        await Task.WhenAll(downloads.Select(RunAsync)).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        first?.Throw();
    }

    /// <summary>Downloads a small file into memory.</summary>
    /// <param name="name">What people call it, for the error.</param>
    /// <param name="address">Where it is (http, https or file).</param>
    /// <param name="limit">The most bytes it may have.</param>
    /// <param name="cancellation">Stops the work.</param>
    public async Task<byte[]> GetBytesAsync(string name, string address, int limit, CancellationToken cancellation)
    {
        byte[]? content = null;
        await RetryAsync(
            async () =>
            {
                using var memory = new MemoryStream();
                await new Transfer(client, Options, address).CopyAsync(memory, 0, limit, _ => { }, cancellation).ConfigureAwait(false);
                content = memory.ToArray();
            },
            name,
            address,
            cancellation).ConfigureAwait(false);
        return content!;
    }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    private async Task FetchOneAsync(Download download, PackagePool pool, Action<long> count, CancellationToken cancellation)
    {
        if (await IsThereAsync(download, pool, cancellation).ConfigureAwait(false))
        {
            return;
        }

        using var held = await pool.TakeAsync(download.Sha256, cancellation).ConfigureAwait(false);
        if (pool.Has(download.Sha256, download.Size) && !pool.VerifyOnFetch)
        {
            return; // Another run was faster.
        }

        try
        {
            await TransferAsync(download, download.Address, pool, count, cancellation).ConfigureAwait(false);
        }
        catch (MissingFileException) when (download.Archive is { } archive)
        {
            try
            {
                await TransferAsync(download, archive, pool, count, cancellation).ConfigureAwait(false);
            }
            catch (BananaException error) when (error.Code == ExitCode.Unreachable)
            {
                throw new BananaException(ExitCode.Unreachable, $"neither the mirror nor the archive has {download.Name} ({error.What})", where: download.Address, next: MissingFileException.Advice, inner: error);
            }
        }
    }

    private static async Task<bool> IsThereAsync(Download download, PackagePool pool, CancellationToken cancellation)
    {
        if (!pool.Has(download.Sha256, download.Size))
        {
            return false;
        }

        if (pool.VerifyOnFetch)
        {
            await pool.VerifyAsync(download.Name, download.Sha256, cancellation).ConfigureAwait(false);
        }

        return true;
    }

    private async Task TransferAsync(Download download, string address, PackagePool pool, Action<long> count, CancellationToken cancellation)
    {
        var partial = new PartialFile(pool.PartialOf(download.Sha256), download);
        await RetryAsync(() => partial.ContinueAsync(new Transfer(client, Options, address), count, cancellation), download.Name, address, cancellation).ConfigureAwait(false);
        pool.Publish(download.Sha256);
    }

    private async Task RetryAsync(Func<Task> attempt, string name, string address, CancellationToken cancellation)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                await attempt().ConfigureAwait(false);
                return;
            }
            catch (Exception error) when (!cancellation.IsCancellationRequested && TransferException.From(error) is { } failure)
            {
                if (failure.Failure == TransferFailure.Missing)
                {
                    throw new MissingFileException(name, address, failure);
                }

                if (failure.Failure == TransferFailure.Refused || tries >= Options.Retries)
                {
                    throw new BananaException(ExitCode.Unreachable, $"cannot download {name}: {failure.Message}", where: address, next: "check the network and the mirror (banana.local.yaml can name another), then run the same command again", inner: failure);
                }
            }

            await Task.Delay(Options.FirstDelay * (1 << Math.Min(tries, 6)), cancellation).ConfigureAwait(false);
        }
    }

    private sealed class MissingFileException(string name, string address, Exception inner)
        : BananaException(ExitCode.Unreachable, $"the mirror no longer has {name}", where: address, next: Advice, inner: inner)
    {
        public const string Advice = "run 'banana lock --update' to lock the versions that it has now";
    }
}
