// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text.Json;

namespace Banana.Forge.Initrd;

/// <summary>A library that a program opens at run time, as the program's own ELF note says it (systemd.io/ELF_DLOPEN_METADATA).</summary>
/// <param name="Names">The names that are tried, in order; the first that is there is used.</param>
/// <param name="Priority">"required", "recommended" or "suggested".</param>
public sealed record OpenedLibrary(IReadOnlyList<string> Names, string Priority)
{
    /// <summary>Whether the program does not do its work without it. "suggested" is what a shared library could use for some of its callers.</summary>
    public bool Needed => Priority is "required" or "recommended";

    /// <summary>Reads the content of a note; a note that is no such list says nothing.</summary>
    public static IReadOnlyList<OpenedLibrary> Parse(ReadOnlyMemory<byte> note)
    {
        try
        {
            // [{"feature":"blkid","description":"...","priority":"required","soname":["libblkid.so.1"]}]
            using var json = JsonDocument.Parse(note[..note.Span.TrimEnd((byte)0).Length]);
            return [.. json.RootElement.EnumerateArray().Select(entry => new OpenedLibrary(
                [.. entry.GetProperty("soname").EnumerateArray().Select(name => name.GetString()!)],
                entry.TryGetProperty("priority", out var priority) ? priority.GetString()! : "recommended"))];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return [];
        }
    }
}
