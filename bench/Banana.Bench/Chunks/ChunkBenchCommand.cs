// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.CommandLine;
using System.Text;
using Banana.Cli;
using Banana.Cli.Setup;
using Banana.Cli.Terminal;
using Banana.Cli.Workbenches;
using Banana.Formats.Casync.Chunking;
using Banana.Formats.Casync.Hashing;
using Banana.Formats.Casync.Indexes;
using Banana.Formats.Casync.Stores;
using Banana.Formats.Storage;
using Banana.Foundation.Errors;
using Banana.Foundation.Progress;

namespace Banana.Bench.Chunks;

/// <summary><c>chunks</c>: measures cutting and storing an image beside desync's; <c>cut</c>: does it once, in a process that can be measured.</summary>
internal static class ChunkBenchCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var image = new Option<string?>("--image") { Description = "The image; the newest erofs image of out/ when not given" };
        var sizes = new Option<string>("--sizes") { Description = "The sizes of the chunks in KiB", DefaultValueFactory = _ => "16:64:256" };
        var runs = new Option<int>("--runs") { Description = "How often each is measured; the run with the middle time counts", DefaultValueFactory = _ => 3 };
        var command = new Command("chunks", "Measure the chunk index and store of an image beside 'desync make' and 'desync chop', in the same run") { image, sizes, runs };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var maker = await MakerEnvironment.OpenAsync(Need.Build, "the benchmark", parsed.GetValue(CommandHost.Verbose), cancellation);
            var path = Path.GetFullPath(parsed.GetValue(image) ?? Newest(Path.Combine(maker.Checkout.Root, "out")));
            var results = await new ChunkBench(maker, path, parsed.GetValue(sizes)!).RunAsync(Math.Max(1, parsed.GetValue(runs)), cancellation);
            TerminalOutput.Result(Compose(path, results));
            return (int)ExitCode.Success;
        });
        return command;
    }

    /// <summary>Makes the command that the benchmark measures.</summary>
    public static Command CreateCut()
    {
        var (image, index) = (new Argument<string>("image"), new Argument<string>("index"));
        var (sizes, store) = (new Option<string>("--sizes") { Required = true }, new Option<string?>("--store"));
        var command = new Command("cut", "Cut an image as the benchmark does") { image, index, sizes, store };
        command.Hidden = true;
        command.SetAction(async (parsed, cancellation) =>
        {
            using var source = ByteSource.OpenFile(parsed.GetValue(image)!);
            var chunks = parsed.GetValue(store) is { } folder ? new FolderChunkStore(folder) : null;
            var made = ImageChunker.Cut(source, ChunkParameters.Parse(parsed.GetValue(sizes)!), ChunkDigest.Sha512Half, chunks, cancellation: cancellation);
            await ChunkIndexWriter.WriteFileAsync(made, parsed.GetValue(index)!, cancellation);
            return (int)ExitCode.Success;
        });
        return command;
    }

    /// <summary>A table, and how many times faster ours is than each of desync's.</summary>
    internal static string Compose(string image, IReadOnlyList<ChunkRun> results)
    {
        var text = new StringBuilder($"{image}, {ByteSize.Format(new FileInfo(image).Length)}; ratio: desync's time divided by ours\n");
        text.Append($"{"",-18}{"",-16}{"wall",10}{"ratio",8}{"CPU",10}{"ratio",8}{"peak memory",14}\n");
        foreach (var run in results)
        {
            var ours = results.FirstOrDefault(other => other.Task == run.Task && other.Name == ChunkBench.Ours)?.Cost;
            text.Append($"{run.Task,-18}{run.Name,-16}{run.Cost.Wall,8:0.00} s{Ratio(run.Cost.Wall, ours?.Wall),8}{run.Cost.Cpu,8:0.00} s{Ratio(run.Cost.Cpu, ours?.Cpu),8}{ByteSize.Format(run.Cost.TreePeak),14}\n");
        }

        return text.ToString().TrimEnd();

        static string Ratio(double theirs, double? ours) => ours is { } own and > 0 ? $"{theirs / own:0.00}" : "";
    }

    private static string Newest(string folder) =>
        (Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.erofs", SearchOption.AllDirectories) : []).MaxBy(File.GetLastWriteTimeUtc)
        ?? throw new BananaException(ExitCode.Usage, "no image has been built yet", folder, "build one, or give --image FILE");
}
