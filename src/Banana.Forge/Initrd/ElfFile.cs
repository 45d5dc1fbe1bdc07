// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Buffers.Binary;
using System.Text;

namespace Banana.Forge.Initrd;

/// <summary>The shared libraries that a program or library names (64-bit little-endian ELF, System V gABI chapters 4 and 5).</summary>
/// <param name="Interpreter">The dynamic loader (PT_INTERP), null for libraries and static programs.</param>
/// <param name="Needed">The names of libraries (DT_NEEDED), in order.</param>
/// <param name="RunPaths">The folders of DT_RUNPATH and DT_RPATH, with $ORIGIN not yet replaced.</param>
/// <param name="Opened">Libraries that it opens at run time and says so (the dlopen metadata of systemd.io/ELF_DLOPEN_METADATA).</param>
public sealed record ElfFile(string? Interpreter, IReadOnlyList<string> Needed, IReadOnlyList<string> RunPaths, IReadOnlyList<OpenedLibrary> Opened)
{
    private const int HeaderSize = 64;
    private const int ProgramHeaderSize = 56;
    private const int MostProgramHeaders = 256;
    private const uint Load = 1, Dynamic = 2, Interp = 3, Note = 4;
    private const uint OpenedLibraries = 0x407c0c0a;
    private const long NeededTag = 1, StringTableTag = 5, RPathTag = 15, RunPathTag = 29;

    /// <summary>Reads a file; null when it is not a 64-bit little-endian ELF file or is damaged.</summary>
    public static ElfFile? Read(string path)
    {
        using var file = File.OpenHandle(path);
        var header = ReadAt(file, 0, HeaderSize);
        if (header.Length < HeaderSize || !header.AsSpan(0, 6).SequenceEqual("\u007fELF\u0002\u0001"u8))
        {
            return null;
        }

        var count = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(56));
        var offset = BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(32));
        var table = count <= MostProgramHeaders ? ReadAt(file, offset, count * ProgramHeaderSize) : [];
        var segments = table.Chunk(ProgramHeaderSize).Where(entry => entry.Length == ProgramHeaderSize).Select(Segment.Parse).ToList();

        var interpreter = segments.Where(s => s.Type == Interp).Select(s => Text(ReadAt(file, s.Offset, s.Size), 0)).FirstOrDefault();
        var entries = segments.Where(s => s.Type == Dynamic)
            .SelectMany(s => ReadAt(file, s.Offset, s.Size).Chunk(16)).Where(entry => entry.Length == 16)
            .Select(entry => (Tag: BinaryPrimitives.ReadInt64LittleEndian(entry), Value: BinaryPrimitives.ReadInt64LittleEndian(entry.AsSpan(8))))
            .TakeWhile(entry => entry.Tag != 0).ToList();

        var opened = segments.Where(s => s.Type == Note).SelectMany(s => ReadNotes(ReadAt(file, s.Offset, s.Size))).ToList();

        // DT_STRTAB is an address; the segment that is loaded there tells where it is in the file.
        var address = entries.FirstOrDefault(entry => entry.Tag == StringTableTag).Value;
        if (segments.Find(s => s.Type == Load && address >= s.Address && address < s.Address + s.Size) is not { } holder)
        {
            return new ElfFile(interpreter, [], [], opened);
        }

        var strings = ReadAt(file, holder.Offset + (address - holder.Address), holder.Size - (address - holder.Address));
        return new ElfFile(
            interpreter,
            [.. entries.Where(entry => entry.Tag == NeededTag).Select(entry => Text(strings, entry.Value))],
            [.. entries.Where(entry => entry.Tag is RPathTag or RunPathTag).SelectMany(entry => Text(strings, entry.Value).Split(':', StringSplitOptions.RemoveEmptyEntries))],
            opened);
    }

    // A note: sizes of name and content, type, name, content, each padded to four bytes (gABI, "Note Section").
    private static IEnumerable<OpenedLibrary> ReadNotes(byte[] notes)
    {
        for (var at = 0; at + 12 <= notes.Length;)
        {
            long nameSize = BinaryPrimitives.ReadUInt32LittleEndian(notes.AsSpan(at));
            long size = BinaryPrimitives.ReadUInt32LittleEndian(notes.AsSpan(at + 4));
            var type = BinaryPrimitives.ReadUInt32LittleEndian(notes.AsSpan(at + 8));
            var content = at + 12 + ((nameSize + 3) & ~3L);
            var next = content + ((size + 3) & ~3L);
            if (content + size > notes.Length)
            {
                yield break;
            }

            if (type == OpenedLibraries)
            {
                foreach (var library in OpenedLibrary.Parse(notes.AsMemory((int)content, (int)size)))
                {
                    yield return library;
                }
            }

            at = (int)Math.Min(next, notes.Length);
        }
    }

    private static byte[] ReadAt(Microsoft.Win32.SafeHandles.SafeFileHandle file, long offset, long size)
    {
        var length = RandomAccess.GetLength(file);
        if (offset < 0 || size < 0 || offset > length)
        {
            return [];
        }

        var buffer = new byte[Math.Min(size, length - offset)];
        var read = 0;
        while (read < buffer.Length && RandomAccess.Read(file, buffer.AsSpan(read), offset + read) is > 0 and var n)
        {
            read += n;
        }

        return buffer;
    }

    private static string Text(byte[] strings, long offset)
    {
        if (offset < 0 || offset >= strings.Length)
        {
            return string.Empty;
        }

        var rest = strings.AsSpan((int)offset);
        var end = rest.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]);
    }

    private sealed record Segment(uint Type, long Offset, long Address, long Size)
    {
        public static Segment Parse(byte[] entry) => new(
            BinaryPrimitives.ReadUInt32LittleEndian(entry),
            BinaryPrimitives.ReadInt64LittleEndian(entry.AsSpan(8)),
            BinaryPrimitives.ReadInt64LittleEndian(entry.AsSpan(16)),
            BinaryPrimitives.ReadInt64LittleEndian(entry.AsSpan(32)));
    }
}
