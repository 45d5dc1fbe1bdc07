// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text;
using System.Text.Json;
using Banana.Foundation.Progress;

namespace Banana.Bench.Measuring;

/// <summary>What one run of a command cost.</summary>
/// <param name="Wall">Seconds from start to end.</param>
/// <param name="Cpu">Seconds of processor time of all its processes, in programs and in the kernel.</param>
/// <param name="TreePeak">The most memory that all its processes had at one time, in bytes: proportional set sizes, sampled.</param>
/// <param name="LargestProcess">The most memory that any one of its processes had resident, in bytes, as the kernel counted it.</param>
/// <param name="Samples">How often the memory was looked at.</param>
internal sealed record Measurement(double Wall, double Cpu, long TreePeak, long LargestProcess, int Samples)
{
    private const int MostNamed = 4;

    /// <summary>The largest of those that ran at the peak.</summary>
    public IReadOnlyList<ProcessMemory> AtPeak { get; init; } = [];

    /// <summary>The largest processes, the largest first.</summary>
    public static IReadOnlyList<ProcessMemory> Largest(IEnumerable<ProcessMemory> processes) => [.. processes.OrderByDescending(process => process.Bytes).Take(MostNamed)];

    /// <summary>Who had how much at the peak: "dotnet 98 MiB, mkfs.erofs 60 MiB".</summary>
    public string DescribePeak() => string.Join(", ", AtPeak.Select(process => $"{process.Program} {ByteSize.Format(process.Bytes)}"));

    /// <summary>The run with the middle wall time.</summary>
    public static Measurement Median(IReadOnlyList<Measurement> runs) => runs.OrderBy(run => run.Wall).ElementAt(runs.Count / 2);

    /// <summary>Writes it as an object.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("wallSeconds", Math.Round(Wall, 3));
        json.WriteNumber("cpuSeconds", Math.Round(Cpu, 3));
        json.WriteNumber("treePeakBytes", TreePeak);
        json.WriteNumber("largestProcessBytes", LargestProcess);
        json.WriteNumber("samples", Samples);
        json.WriteStartArray("atPeak");
        foreach (var process in AtPeak)
        {
            json.WriteStartObject();
            json.WriteString("program", process.Program);
            json.WriteNumber("bytes", process.Bytes);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>The object as text.</summary>
    public string ToJson()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            Write(json);
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    public static Measurement Parse(string text)
    {
        using var document = JsonDocument.Parse(text);
        var root = document.RootElement;
        return new Measurement(
            root.GetProperty("wallSeconds").GetDouble(), root.GetProperty("cpuSeconds").GetDouble(), root.GetProperty("treePeakBytes").GetInt64(),
            root.GetProperty("largestProcessBytes").GetInt64(), root.GetProperty("samples").GetInt32())
        {
            AtPeak = [.. root.GetProperty("atPeak").EnumerateArray().Select(process => new ProcessMemory(process.GetProperty("program").GetString()!, process.GetProperty("bytes").GetInt64()))],
        };
    }
}
