// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text;
using System.Text.Json;
using Banana.Formats.Compression;
using Banana.Foundation.Files;
using Banana.Foundation.Progress;

namespace Banana.Bench.Delta.Bound;

/// <summary>What is different in a pair, and the least that a download by files could be.</summary>
/// <param name="Files">How many files the new image has.</param>
/// <param name="Bytes">Their bytes, unpacked.</param>
/// <param name="Changed">How many of them the old image has with other contents.</param>
/// <param name="Added">How many it has not at all.</param>
/// <param name="Gone">How many files only the old image has.</param>
/// <param name="DifferentBytes">The bytes of the changed and added files, unpacked.</param>
/// <param name="Whole">Their bytes as frames of <c>zstd -19</c>.</param>
/// <param name="Smallest">The same, but of a changed file the patch against the old file where it is smaller: the bound.</param>
/// <param name="Zstd">The version of zstd that it was computed with.</param>
internal sealed record FileBound(int Files, long Bytes, int Changed, int Added, int Gone, long DifferentBytes, long Whole, long Smallest, string Zstd)
{
    private const int Threads = 2;

    /// <summary>Computes it: minutes of processor time for each 100 MB that changed.</summary>
    public static FileBound Compute(string oldTree, string newTree, ZstdLibrary zstd, IProgressSink progress, CancellationToken cancellation)
    {
        using var step = progress.Begin("bound by files");
        var difference = TreeDifference.Between(oldTree, newTree, cancellation);
        long bytes = 0, whole = 0, smallest = 0;
        var done = 0;
        var changed = difference.Changed.ToHashSet(StringComparer.Ordinal);
        List<string> all = [.. changed, .. difference.Added];

        // The largest first: one thread must not be left with it at the end.
        var order = all.OrderByDescending(path => new FileInfo(Path.Combine(newTree, path)).Length);
        Parallel.ForEach(order, new ParallelOptions { MaxDegreeOfParallelism = Threads, CancellationToken = cancellation }, path =>
        {
            var contents = File.ReadAllBytes(Path.Combine(newTree, path));
            var frame = FrameSize.Whole(zstd, contents);
            var patch = changed.Contains(path) ? FrameSize.Patch(zstd, contents, File.ReadAllBytes(Path.Combine(oldTree, path))) : frame;
            Interlocked.Add(ref bytes, contents.Length);
            Interlocked.Add(ref whole, frame);
            Interlocked.Add(ref smallest, Math.Min(frame, patch));
            step.Report(Interlocked.Increment(ref done), all.Count, "files");
        });
        var result = new FileBound(difference.Files, difference.Bytes, changed.Count, difference.Added.Count, difference.Gone, bytes, whole, smallest, $"{zstd.VersionNumber / 10000}.{zstd.VersionNumber / 100 % 100}.{zstd.VersionNumber % 100}");
        step.Complete($"{changed.Count} changed, {difference.Added.Count} new: {ByteSize.Format(smallest)}");
        return result;
    }

    /// <summary>Reads what <see cref="WriteAsync"/> wrote; null when there is nothing.</summary>
    public static async Task<FileBound?> ReadAsync(string path, CancellationToken cancellation)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        using var document = JsonDocument.Parse(await File.ReadAllBytesAsync(path, cancellation));
        var root = document.RootElement;
        return new FileBound(
            root.GetProperty("files").GetInt32(), root.GetProperty("bytes").GetInt64(), root.GetProperty("changedFiles").GetInt32(), root.GetProperty("newFiles").GetInt32(),
            root.GetProperty("goneFiles").GetInt32(), root.GetProperty("differentBytes").GetInt64(), root.GetProperty("wholeBytes").GetInt64(), root.GetProperty("boundBytes").GetInt64(),
            root.GetProperty("zstd").GetString()!);
    }

    /// <summary>Writes it beside the images.</summary>
    public async Task WriteAsync(string path, CancellationToken cancellation)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            Write(json);
        }

        await AtomicFile.WriteAsync(path, Encoding.UTF8.GetString(buffer.ToArray()) + "\n", cancellation);
    }

    /// <summary>Writes it as an object.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("files", Files);
        json.WriteNumber("bytes", Bytes);
        json.WriteNumber("changedFiles", Changed);
        json.WriteNumber("newFiles", Added);
        json.WriteNumber("goneFiles", Gone);
        json.WriteNumber("differentBytes", DifferentBytes);
        json.WriteNumber("wholeBytes", Whole);
        json.WriteNumber("boundBytes", Smallest);
        json.WriteString("zstd", Zstd);
        json.WriteEndObject();
    }
}
