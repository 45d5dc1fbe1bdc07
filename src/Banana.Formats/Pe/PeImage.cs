// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Buffers.Binary;
using System.Text;
using Banana.Formats.Storage;
using Banana.Foundation.Errors;

namespace Banana.Formats.Pe;

/// <summary>A section of a PE file.</summary>
/// <param name="Name">The name (".linux").</param>
/// <param name="Offset">Where its content begins in the file, in bytes.</param>
/// <param name="Size">The size of its content in bytes, without the padding.</param>
public sealed record PeSection(string Name, long Offset, long Size);

/// <summary>
/// The sections of a PE file: of a unified kernel image (UKI), first of all.
/// Sources: Microsoft's PE format, "COFF file header" and "section table"; the UAPI group's specification of UKIs.
/// </summary>
public sealed class PeImage
{
    /// <summary>UKI: os-release(5) of the system.</summary>
    public const string OsReleaseSection = ".osrel";

    /// <summary>UKI: the kernel command line.</summary>
    public const string CommandLineSection = ".cmdline";

    /// <summary>UKI: the release of the kernel.</summary>
    public const string KernelReleaseSection = ".uname";

    /// <summary>UKI: the kernel.</summary>
    public const string KernelSection = ".linux";

    /// <summary>UKI: the microcode of processors, an uncompressed cpio that systemd-stub puts before the initrd.</summary>
    public const string MicrocodeSection = ".ucode";

    /// <summary>UKI: the initrd.</summary>
    public const string InitrdSection = ".initrd";

    private const int DosHeaderSize = 64;
    private const int CoffHeaderSize = 24;
    private const int SectionHeaderSize = 40;
    private const int MaximumSections = 96; // the loader of Windows takes no more
    private const int MaximumTextSize = 1 << 20;
    private readonly ByteSource file;

    private PeImage(ByteSource file, IReadOnlyList<PeSection> sections)
    {
        this.file = file;
        Sections = sections;
    }

    /// <summary>The sections, in the order of the file.</summary>
    public IReadOnlyList<PeSection> Sections { get; }

    /// <summary>Reads the table of sections. The file has to stay open as long as sections are read.</summary>
    /// <exception cref="BananaException">This is no PE file, or a damaged one.</exception>
    public static PeImage Read(ByteSource file)
    {
        Span<byte> header = stackalloc byte[DosHeaderSize];
        if (file.Length < header.Length)
        {
            throw Bad(file, "this is no PE file: it is too short");
        }

        file.Read(0, header);
        long start = BinaryPrimitives.ReadUInt32LittleEndian(header[60..]);
        if (!header[..2].SequenceEqual("MZ"u8) || start > file.Length - CoffHeaderSize)
        {
            throw Bad(file, "this is no PE file: its header is missing");
        }

        header = header[..CoffHeaderSize];
        file.Read(start, header);
        if (!header[..4].SequenceEqual("PE\0\0"u8))
        {
            throw Bad(file, "this is no PE file: its signature is missing");
        }

        int count = BinaryPrimitives.ReadUInt16LittleEndian(header[6..]);
        if (count is 0 or > MaximumSections)
        {
            throw Bad(file, $"the PE file is corrupt: it has {count} sections");
        }

        var position = start + CoffHeaderSize + BinaryPrimitives.ReadUInt16LittleEndian(header[20..]);
        Span<byte> raw = stackalloc byte[SectionHeaderSize];
        List<PeSection> sections = [];
        for (var i = 0; i < count; i++)
        {
            file.Read(position + (i * SectionHeaderSize), raw);
            sections.Add(ReadSection(file, raw));
        }

        return new PeImage(file, sections);
    }

    /// <summary>The first section of a name, or null.</summary>
    public PeSection? Find(string name) => Sections.FirstOrDefault(section => section.Name == name);

    /// <summary>The content of a section, as a window of the file.</summary>
    public ByteSource Open(PeSection section) => file.Window(section.Offset, section.Size, $"section {section.Name}");

    /// <summary>The text of a small section without zeros at its end, or null when there is none of that name.</summary>
    public string? ReadText(string name)
    {
        if (Find(name) is not { } section)
        {
            return null;
        }

        if (section.Size > MaximumTextSize)
        {
            throw Bad(file, $"the section {name} has {section.Size} bytes, which is no text");
        }

        var content = new byte[section.Size];
        file.Read(section.Offset, content);
        return Encoding.UTF8.GetString(content).TrimEnd('\0');
    }

    private static PeSection ReadSection(ByteSource file, ReadOnlySpan<byte> raw)
    {
        var name = Encoding.ASCII.GetString(raw[..8]).TrimEnd('\0');
        long virtualSize = BinaryPrimitives.ReadUInt32LittleEndian(raw[8..]);
        long rawSize = BinaryPrimitives.ReadUInt32LittleEndian(raw[16..]);
        long offset = BinaryPrimitives.ReadUInt32LittleEndian(raw[20..]);

        // The raw size is rounded up to the file's alignment; the virtual size is what was put in. More of it than raw is zeros in memory.
        var size = virtualSize == 0 ? rawSize : Math.Min(virtualSize, rawSize);
        return offset <= file.Length - size ? new(name, size == 0 ? 0 : offset, size) : throw Bad(file, $"the PE file is truncated: its section {name} lies beyond its end");
    }

    private static BananaException Bad(ByteSource file, string what) => new(ExitCode.BadInput, what, file.Name);
}
