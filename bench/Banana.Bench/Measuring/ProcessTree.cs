// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Globalization;
using System.Runtime.InteropServices;

namespace Banana.Bench.Measuring;

/// <summary>The processes below one, as /proc tells it (proc_pid_stat(5), proc_pid_smaps(5)). Those in other process namespaces are seen too.</summary>
/// <param name="root">The process whose descendants count; it does not count itself.</param>
internal sealed class ProcessTree(int root)
{
    private readonly string? ourProgram = File.ResolveLinkTarget("/proc/self/exe", returnFinalTarget: false)?.FullName;

    /// <summary>The memory of all descendants now, in bytes. What several of them share counts once (PSS).</summary>
    public long Memory()
    {
        var processes = new Dictionary<int, Entry>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && Read(id) is { } entry)
            {
                processes[id] = entry;
            }
        }

        return processes.Where(process => IsBelow(process.Key, processes) && !IsStarting(process.Key, process.Value, processes)).Sum(process => MemoryOf(process.Key));
    }

    /// <summary>Parent and start of the stack from the text of /proc/PID/stat; null when it is none.</summary>
    internal static Entry? Parse(string stat)
    {
        // 4711 (name with ) and spaces) S 1 4711 … : the fields are counted from behind the last parenthesis.
        var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 25 && int.TryParse(fields[1], CultureInfo.InvariantCulture, out var parent) ? new Entry(parent, fields[25]) : null;
    }

    /// <summary>A value of /proc/PID/smaps_rollup, in bytes; 0 when it is not there.</summary>
    internal static long Value(string rollup, string name)
    {
        // Pss:                 297 kB
        foreach (var line in rollup.AsSpan().EnumerateLines())
        {
            if (line.StartsWith(name, StringComparison.Ordinal) && line.Length > name.Length && line[name.Length] == ':')
            {
                return long.Parse(line[(name.Length + 1)..^2].Trim(), CultureInfo.InvariantCulture) * 1024;
            }
        }

        return 0;
    }

    private bool IsBelow(int id, Dictionary<int, Entry> processes)
    {
        while (processes.TryGetValue(id, out var entry))
        {
            if (entry.Parent == root)
            {
                return true;
            }

            id = entry.Parent;
        }

        return false;
    }

    // A child that vfork(2) made has its parent's memory until it runs a program of its own; counting it would count that twice.
    private static bool IsStarting(int id, Entry entry, Dictionary<int, Entry> processes) =>
        processes.TryGetValue(entry.Parent, out var parent) && parent.StackStart == entry.StackStart && Kernel.ShareMemory(id, entry.Parent);

    private long MemoryOf(int id)
    {
        try
        {
            var rollup = File.ReadAllText($"/proc/{id}/smaps_rollup");
            // A program that we are an instance of too (dotnet) would look smaller than it is, because it shares its files with us.
            var ours = File.ResolveLinkTarget($"/proc/{id}/exe", returnFinalTarget: false)?.FullName == ourProgram;
            return Value(rollup, ours ? "Rss" : "Pss");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return 0; // It ended in the meantime.
        }
    }

    private static Entry? Read(int id)
    {
        try
        {
            return Parse(File.ReadAllText($"/proc/{id}/stat"));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null; // It ended in the meantime.
        }
    }

    /// <summary>What is needed of a process.</summary>
    /// <param name="Parent">Its parent.</param>
    /// <param name="StackStart">Where its stack begins: at random for each program that is started.</param>
    [StructLayout(LayoutKind.Auto)]
    internal readonly record struct Entry(int Parent, string StackStart);
}
