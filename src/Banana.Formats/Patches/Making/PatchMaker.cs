// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Compression;
using Banana.Formats.Erofs;
using Banana.Formats.Storage;
using Banana.Foundation.Errors;

namespace Banana.Formats.Patches.Making;

/// <summary>How a patch is made.</summary>
public sealed record PatchOptions
{
    /// <summary>The compressors, those that packed the images.</summary>
    public required ClusterLibraries Libraries { get; init; }

    /// <summary>How the new image's clusters were compressed (manifest.json): several may be tried.</summary>
    public required IReadOnlyList<ClusterCodec> Codecs { get; init; }

    /// <summary>The Zstandard level of the patch itself.</summary>
    public int Level { get; init; } = 19;

    /// <summary>How many groups are compressed at the same time. Each takes up to 250 MiB.</summary>
    public int Workers { get; init; } = Math.Min(Environment.ProcessorCount, 4);
}

/// <summary>
/// Makes a patch: the new image described by the old one. Changed clusters are carried as contents, compressed with the old file's
/// contents as a prefix, and compressed again on the device (the way of Android's lz4diff; docs/formats.md). The same images and options
/// give the same bytes.
/// </summary>
public static class PatchMaker
{
    // 64 MiB: a prefix and the contents of a group.
    private const int WindowLog = 26;

    /// <summary>Makes a patch.</summary>
    /// <param name="old">The old image (erofs).</param>
    /// <param name="target">The new image (erofs).</param>
    /// <param name="patch">Where the patch goes.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="BananaException">One of the two is no erofs image, or is damaged.</exception>
    public static PatchStatistics Make(ByteSource old, ByteSource target, Stream patch, PatchOptions options, CancellationToken cancellation)
    {
        RequireBlocks(old);
        RequireBlocks(target);
        var header = new PatchHeader(old.Length, SourceDigest.Sha256(old, cancellation), target.Length, SourceDigest.Sha256(target, cancellation), options.Codecs);
        patch.Write(header.ToBytes());
        using var oldImage = ErofsImage.Open(old.Window(0, old.Length, "old"));
        using var newImage = ErofsImage.Open(target.Window(0, target.Length, "new"));
        var oldMap = ImageMap.Read(oldImage, old.Length / PatchFormat.BlockSize, cancellation);
        var newMap = ImageMap.Read(newImage, target.Length / PatchFormat.BlockSize, cancellation);
        ClusterCompressor[] compressors = [.. options.Codecs.Select(codec => new ClusterCompressor(codec, options.Libraries))];
        using var planner = new GroupPlanner(target, newImage, newMap, new BlockTable(old, cancellation), new ReferencePlanner(oldImage, oldMap, newImage, newMap), options.Codecs, compressors);
        using var workers = new GroupEncoder(old, options, WindowLog, cancellation);
        var statistics = planner.Statistics;
        var waiting = new Queue<Task<(PatchGroup Head, byte[] Frame)>>();
        try
        {
            foreach (var group in planner.Plan(cancellation))
            {
                waiting.Enqueue(workers.EncodeAsync(group));
                if (waiting.Count > options.Workers)
                {
                    Write(waiting.Dequeue().GetAwaiter().GetResult());
                }
            }

            while (waiting.TryDequeue(out var last))
            {
                Write(last.GetAwaiter().GetResult());
            }
        }
        finally
        {
            // A failure of one group is the error that is reported; the others only have to be over.
            Task.WhenAll(waiting).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).Wait(CancellationToken.None);
            foreach (var compressor in compressors)
            {
                compressor.Dispose();
            }
        }

        PatchGroup.WriteEnd(patch);
        return statistics;

        void Write((PatchGroup Head, byte[] Frame) group)
        {
            group.Head.Write(patch);
            patch.Write(group.Frame);
            statistics.Groups++;
            statistics.FrameBytes += group.Frame.Length;
        }
    }

    private static void RequireBlocks(ByteSource image)
    {
        if (image.Length % PatchFormat.BlockSize != 0 || image.Length > PatchFormat.MaximumImage)
        {
            throw new BananaException(ExitCode.BadInput, $"no patch can be made of an image of {image.Length} bytes: it is not whole blocks of {PatchFormat.BlockSize}", image.Name);
        }
    }
}
