// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Collections.Concurrent;
using Banana.Formats.Erofs;
using Banana.Foundation.Progress;

namespace Banana.Forge.Diff;

/// <summary>Compares the files of two images: type, mode, owner, attributes, size, and contents where the size is the same. Times do not count: all of a release are one.</summary>
public static class ImageComparer
{
    private const int PieceSize = 128 << 10;

    /// <summary>Compares all files.</summary>
    public static async Task<FileChanges> CompareAsync(ErofsImage a, ErofsImage b, IProgressSink progress, CancellationToken cancellation)
    {
        using var step = progress.Begin("compare files");
        var filesA = new Dictionary<string, ErofsInode>(StringComparer.Ordinal);
        foreach (var (path, inode) in a.Walk(cancellation))
        {
            filesA.Add(path, inode);
        }

        var changes = new ConcurrentBag<FileChange>();
        List<Pair> pairs = [];
        var (totalA, totalB, added, removed, changed, same) = (new Total(), new Total(), new Total(), new Total(), new Total(), new Total());
        foreach (var (path, inode) in b.Walk(cancellation))
        {
            totalB.Add(inode);
            if (filesA.TryGetValue(path, out var other))
            {
                pairs.Add(new(path, other, inode));
            }
            else
            {
                added.Add(inode);
                changes.Add(new() { Change = ChangeKind.Added, Path = ErofsName.Display(path), Type = TypeOf(inode), SizeB = SizeOf(inode) });
            }
        }

        foreach (var inode in filesA.Values)
        {
            totalA.Add(inode);
        }

        foreach (var pair in pairs)
        {
            filesA.Remove(pair.Path);
        }

        foreach (var (path, inode) in filesA)
        {
            removed.Add(inode);
            changes.Add(new() { Change = ChangeKind.Removed, Path = ErofsName.Display(path), Type = TypeOf(inode), SizeA = SizeOf(inode) });
        }

        var bytes = pairs.Sum(pair => SizeOf(pair.B) ?? 0);
        long done = 0;
        await Parallel.ForEachAsync(pairs, new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Math.Min(4, Environment.ProcessorCount) }, (pair, stop) =>
        {
            var what = Differences(a, b, pair, stop);
            if (what.Count > 0)
            {
                changes.Add(new() { Change = ChangeKind.Changed, Path = ErofsName.Display(pair.Path), Type = TypeOf(pair.B), What = what, SizeA = SizeOf(pair.A), SizeB = SizeOf(pair.B) });
            }

            lock (same)
            {
                (what.Count > 0 ? changed : same).Add(pair.B);
                step.Report(done += SizeOf(pair.B) ?? 0, bytes, "B");
            }

            return ValueTask.CompletedTask;
        }).ConfigureAwait(false);

        step.Complete($"{pairs.Count} files, {ByteSize.Format(bytes)}");
        return new()
        {
            Added = added.Result,
            Removed = removed.Result,
            Changed = changed.Result,
            Same = same.Result,
            TotalA = totalA.Result,
            TotalB = totalB.Result,
            Changes = [.. changes.OrderBy(change => change.Path, StringComparer.Ordinal)],
        };
    }

    /// <summary>What differs between two files, in the words of <see cref="FileChange.What"/>.</summary>
    private static List<string> Differences(ErofsImage a, ErofsImage b, Pair pair, CancellationToken cancellation)
    {
        var (fileA, fileB) = (pair.A, pair.B);
        if (fileA.Type != fileB.Type)
        {
            return ["type"];
        }

        List<string> what = [];
        if (fileA.Type == ErofsFileType.Regular && !HaveSameContents(a, fileA, b, fileB, cancellation))
        {
            what.Add("content");
        }

        if (fileA.Permissions != fileB.Permissions)
        {
            what.Add("mode");
        }

        if ((fileA.Owner, fileA.Group) != (fileB.Owner, fileB.Group))
        {
            what.Add("owner");
        }

        if (fileA.Type == ErofsFileType.SymbolicLink && a.ReadLink(fileA) != b.ReadLink(fileB))
        {
            what.Add("target");
        }

        if ((fileA.DeviceMajor, fileA.DeviceMinor) != (fileB.DeviceMajor, fileB.DeviceMinor))
        {
            what.Add("device");
        }

        if (!HaveSameXattrs(a.ReadXattrs(fileA), b.ReadXattrs(fileB)))
        {
            what.Add("xattrs");
        }

        return what;
    }

    private static bool HaveSameXattrs(IReadOnlyList<ErofsXattr> a, IReadOnlyList<ErofsXattr> b) =>
        a.Count == b.Count && a.Zip(b).All(pair => pair.First.Name == pair.Second.Name && pair.First.Value.AsSpan().SequenceEqual(pair.Second.Value));

    private static bool HaveSameContents(ErofsImage a, ErofsInode fileA, ErofsImage b, ErofsInode fileB, CancellationToken cancellation)
    {
        if (fileA.Size != fileB.Size)
        {
            return false;
        }

        if (fileA.Size == 0)
        {
            return true;
        }

        // One side is streamed, the other read along: the first difference ends it.
        var same = true;
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var other = b.OpenRead(fileB);
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent((int)Math.Min(PieceSize, fileA.Size));
        try
        {
            a.CopyTo(fileA, Compare, enough.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }

        return same;

        void Compare(ReadOnlySpan<byte> piece)
        {
            while (same && !piece.IsEmpty)
            {
                var count = Math.Min(piece.Length, buffer.Length);
                other.ReadExactly(buffer.AsSpan(0, count));
                same = piece[..count].SequenceEqual(buffer.AsSpan(0, count));
                piece = piece[count..];
            }

            if (!same)
            {
                enough.Cancel();
            }
        }
    }

    private static long? SizeOf(ErofsInode inode) => inode.Type == ErofsFileType.Regular ? inode.Size : null;

    private static string TypeOf(ErofsInode inode) => inode.Type switch
    {
        ErofsFileType.Regular => "file",
        ErofsFileType.Directory => "directory",
        ErofsFileType.SymbolicLink => "link",
        ErofsFileType.Fifo => "fifo",
        ErofsFileType.Socket => "socket",
        _ => "device",
    };

    private sealed record Pair(string Path, ErofsInode A, ErofsInode B);

    /// <summary>Counts files and their bytes.</summary>
    private sealed class Total
    {
        private int count;
        private long bytes;

        public FileTotal Result => new(count, bytes);

        public void Add(ErofsInode inode)
        {
            count++;
            bytes += SizeOf(inode) ?? 0;
        }
    }
}
