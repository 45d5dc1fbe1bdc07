// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Buffers.Binary;
using Banana.Foundation.Errors;

namespace Banana.Forge.Initrd;

/// <summary>
/// Joins files of microcode to the one file per vendor that the kernel looks through. The kernel stops at the first thing that it does not understand, and what
/// comes behind is lost without a word, so everything is checked here.
/// Sources: Intel's Software Developer's Manual, volume 3, "Microcode Update Facilities"; arch/x86/kernel/cpu/microcode/{intel,amd}.c of the kernel.
/// </summary>
public static class MicrocodeFiles
{
    private const int IntelHeader = 48;
    private const int IntelDefaultData = 2000;
    private const uint AmdMagic = 0x00414d44;
    private const int AmdHeader = 12;
    private const int AmdSection = 8;
    private const uint AmdEquivalences = 0;
    private const uint AmdPatch = 1;

    /// <summary>
    /// Joins files of Intel. Each holds one or more updates; the same update is in the files of several processors, and says itself for which, so once is enough.
    /// </summary>
    /// <param name="files">Names, for errors, and contents.</param>
    public static byte[] JoinIntel(IEnumerable<(string Name, byte[] Content)> files)
    {
        using var joined = new MemoryStream();
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (var (name, content) in files)
        {
            for (var rest = content.AsSpan(); !rest.IsEmpty;)
            {
                var size = IntelSize(name, rest);
                if (seen.Add(Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(rest[..size]))))
                {
                    joined.Write(rest[..size]);
                }

                rest = rest[size..];
            }
        }

        return joined.ToArray();
    }

    /// <summary>Joins files of AMD: containers, each a table of processors and the patches for them.</summary>
    /// <param name="files">Names, for errors, and contents.</param>
    public static byte[] JoinAmd(IEnumerable<(string Name, byte[] Content)> files)
    {
        using var joined = new MemoryStream();
        foreach (var (name, content) in files)
        {
            CheckAmd(name, content);
            joined.Write(content);
        }

        return joined.ToArray();
    }

    // Header version, revision, date, signature, checksum, loader version, flags, size of data, size of all; an old update leaves both sizes at zero.
    private static int IntelSize(string name, ReadOnlySpan<byte> rest)
    {
        if (rest.Length < IntelHeader || Number(rest, 0) != 1 || Number(rest, 20) != 1)
        {
            throw Bad(name, "this is no microcode of Intel: an update begins with another header");
        }

        var data = Number(rest, 28);
        var (size, dataSize) = data == 0 ? (IntelDefaultData + IntelHeader, IntelDefaultData) : (Number(rest, 32), data);
        if (size > rest.Length || size % 4 != 0 || dataSize > size - IntelHeader)
        {
            throw Bad(name, "the microcode is cut off: an update is longer than what is there");
        }

        uint sum = 0;
        for (var at = 0; at < size; at += 4)
        {
            sum = unchecked(sum + Number(rest, at));
        }

        return sum == 0 ? (int)size : throw Bad(name, "the microcode is damaged: an update's sum is wrong");
    }

    private static void CheckAmd(string name, ReadOnlySpan<byte> content)
    {
        if (content.Length < AmdHeader || Number(content, 0) != AmdMagic || Number(content, 4) != AmdEquivalences)
        {
            throw Bad(name, "this is no microcode of AMD: it begins with another header");
        }

        for (var rest = content; !rest.IsEmpty;)
        {
            var begins = rest.Length >= AmdHeader && Number(rest, 0) == AmdMagic && Number(rest, 4) == AmdEquivalences;
            var patches = rest.Length >= AmdSection && Number(rest, 0) == AmdPatch;
            var (header, size) = begins ? (AmdHeader, Number(rest, 8)) : patches ? (AmdSection, Number(rest, 4)) : (rest.Length, 1u);
            if (size > rest.Length - header)
            {
                throw Bad(name, "the microcode is damaged: a section is longer than what is there, or of no known kind");
            }

            rest = rest[(header + (int)size)..];
        }
    }

    private static uint Number(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static BananaException Bad(string name, string what) => new(ExitCode.BadInput, what, name, "update the package with 'banana lock --update'");
}
