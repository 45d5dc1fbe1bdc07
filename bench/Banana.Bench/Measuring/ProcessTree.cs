// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Globalization;

namespace Banana.Bench.Measuring;

/// <summary>The processes below one, as /proc tells it (proc_pid_children(5), proc_pid_smaps(5)). Those in other process namespaces are seen too.</summary>
/// <param name="root">The process whose descendants count; it does not count itself.</param>
internal sealed class ProcessTree(int root)
{
    private readonly string? ourProgram = ProgramOf(Environment.ProcessId);

    /// <summary>The memory of each descendant now. What several of them share counts once (PSS).</summary>
    public IReadOnlyList<ProcessMemory> Look()
    {
        List<ProcessMemory> found = [];
        LookBelow(root, belowOurs: false, found);
        return found;
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

    private void LookBelow(int parent, bool belowOurs, List<ProcessMemory> found)
    {
        foreach (var child in ChildrenOf(parent))
        {
            // What vfork(2) made has its parent's memory until it runs a program of its own; counting it would count that twice.
            if (Kernel.ShareMemory(child, parent))
            {
                continue;
            }

            // An instance of the program that we are too (dotnet) would look smaller than it is, because it shares its files with us.
            var program = ProgramOf(child);
            var ours = program == ourProgram;
            found.Add(new ProcessMemory(Path.GetFileName(program) ?? "?", MemoryOf(child, ours && !belowOurs ? "Rss" : "Pss")));
            LookBelow(child, belowOurs || ours, found);
        }
    }

    private static List<int> ChildrenOf(int process)
    {
        List<int> children = [];
        try
        {
            // A child belongs to the thread that made it.
            foreach (var thread in Directory.EnumerateDirectories($"/proc/{process}/task"))
            {
                children.AddRange(File.ReadAllText(thread + "/children").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(id => int.Parse(id, CultureInfo.InvariantCulture)));
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It ended in the meantime.
        }

        return children;
    }

    private static string? ProgramOf(int process)
    {
        try
        {
            return File.ResolveLinkTarget($"/proc/{process}/exe", returnFinalTarget: false)?.FullName;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null; // It ended in the meantime.
        }
    }

    private static long MemoryOf(int process, string kind)
    {
        try
        {
            return Value(File.ReadAllText($"/proc/{process}/smaps_rollup"), kind);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return 0; // It ended in the meantime.
        }
    }
}

/// <summary>What a process has in memory.</summary>
/// <param name="Program">The name of its program.</param>
/// <param name="Bytes">How much.</param>
internal sealed record ProcessMemory(string Program, long Bytes);
