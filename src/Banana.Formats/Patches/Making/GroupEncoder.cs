// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Collections.Concurrent;
using Banana.Formats.Compression;
using Banana.Formats.Storage;

namespace Banana.Formats.Patches.Making;

/// <summary>Compresses groups, several at a time; each worker keeps its tables.</summary>
internal sealed class GroupEncoder(ByteSource old, PatchOptions options, int windowLog, CancellationToken cancellation) : IDisposable
{
    private const int QuickLevel = 3;
    private readonly ConcurrentBag<Worker> idle = [];
    private readonly SemaphoreSlim places = new(options.Workers);

    /// <summary>Compresses a group.</summary>
    public async Task<(PatchGroup Head, byte[] Frame)> EncodeAsync(PlannedGroup group)
    {
        await places.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await Task.Run(
                () =>
                {
                    var worker = idle.TryTake(out var free) ? free : new Worker(old, options.Level, windowLog);
                    try
                    {
                        return worker.Encode(group, cancellation);
                    }
                    finally
                    {
                        idle.Add(worker);
                    }
                },
                cancellation).ConfigureAwait(false);
        }
        finally
        {
            places.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var worker in idle)
        {
            worker.Dispose();
        }

        places.Dispose();
    }

    private sealed class Worker(ByteSource old, int level, int windowLog) : IDisposable
    {
        private readonly PatchPrefix prefix = new(old);
        private readonly ZstdCompressor zstd = new(ZstdLibrary.System, new ZstdSettings(level, windowLog, LongDistance: true, Checksum: true));
        private readonly ZstdCompressor quick = new(ZstdLibrary.System, new ZstdSettings(QuickLevel, windowLog, Checksum: true));

        public (PatchGroup Head, byte[] Frame) Encode(PlannedGroup group, CancellationToken cancellation)
        {
            var content = group.Content.Span;
            var frame = new byte[ZstdCompressor.Bound(ZstdLibrary.System, content.Length)];
            var length = (group.IsDense ? quick : zstd).TryCompress(content, frame, prefix.Read(group.References, cancellation))
                ?? throw new InvalidOperationException("libzstd could not compress a group");
            return (new PatchGroup(length, content.Length, group.References), frame[..length]);
        }

        public void Dispose()
        {
            prefix.Dispose();
            zstd.Dispose();
            quick.Dispose();
        }
    }
}
