// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Banana.Formats.Storage;
using Banana.Foundation.Errors;

namespace Banana.Formats.State;

/// <summary>
/// Small files that must be written also when every file system is full, in a partition of their own and without a file system
/// (docs/formats.md, "State area"). The area has two halves; each holds a whole snapshot of all files with a number and a digest. A change is
/// written to the half with the older snapshot and flushed: a power cut leaves the files as they were before the change or after it.
/// </summary>
public sealed class StateArea
{
    /// <summary>The version of the format.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The most bytes of a name, as UTF-8.</summary>
    public const int LongestName = 255;

    private const int HeaderSize = 64;
    private const int SectorSize = 512;
    private const int MostFiles = 4096;
    private readonly SortedDictionary<string, ReadOnlyMemory<byte>> files;
    private readonly long areaLength;
    private readonly bool isChanged;

    private StateArea(long areaLength, ulong sequence, int half, SortedDictionary<string, ReadOnlyMemory<byte>> files, bool isChanged = false)
    {
        this.isChanged = isChanged;
        this.areaLength = areaLength;
        this.files = files;
        Sequence = sequence;
        Half = half;
    }

    /// <summary>How many snapshots were written before this one and with it; 0: the area is new, or nothing in it can be read.</summary>
    public ulong Sequence { get; }

    /// <summary>The half that this snapshot is in, 0 or 1.</summary>
    public int Half { get; }

    /// <summary>The files by name, ordered.</summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Files => files;

    /// <summary>How many bytes a snapshot may have, its header included.</summary>
    public long Capacity => CapacityOf(areaLength);

    private static ReadOnlySpan<byte> Magic => "BANANAST"u8;

    /// <summary>Reads the newest whole snapshot. An area without one is empty: it holds notes that can be made again, so damage is no error.</summary>
    /// <param name="area">The area, and nothing around it.</param>
    /// <exception cref="BananaException">The area is too small, or a snapshot is in a newer format (<see cref="ExitCode.NewerFormat"/>), which would be lost.</exception>
    public static StateArea Read(ByteSource area)
    {
        ArgumentNullException.ThrowIfNull(area);
        if (CapacityOf(area.Length) < SectorSize)
        {
            throw new BananaException(ExitCode.BadInput, $"{area.Length} bytes are too few for a state area", area.Name, $"it has at least {2 * SectorSize}");
        }

        var newest = new StateArea(area.Length, 0, 1, new(StringComparer.Ordinal));
        for (var half = 0; half < 2; half++)
        {
            if (ReadHalf(area, half) is { } found && found.Sequence > newest.Sequence)
            {
                newest = found;
            }
        }

        return newest;
    }

    /// <summary>The area with a file more, or with another content of it. Several changes in a row make one snapshot; after it was written, the area is read again.</summary>
    /// <exception cref="BananaException">The name cannot be one, or the snapshot has no room for it (<see cref="ExitCode.NoSpace"/>).</exception>
    public StateArea With(string name, ReadOnlyMemory<byte> content)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (Encoding.UTF8.GetByteCount(name) is 0 or > LongestName)
        {
            throw new BananaException(ExitCode.BadInput, $"'{name}' cannot be the name of a file in the state area", next: $"a name has 1 to {LongestName} bytes");
        }

        var next = Next();
        next.files[name] = content;
        return next.Length() <= Capacity && next.files.Count <= MostFiles
            ? next
            : throw new BananaException(ExitCode.NoSpace, $"the state area has no room for '{name}' of {content.Length} bytes: a snapshot has at most {Capacity}", next: "delete older entries");
    }

    /// <summary>The area without a file.</summary>
    public StateArea Without(string name)
    {
        var next = Next();
        _ = next.files.Remove(name);
        return next;
    }

    /// <summary>What has to be written, and flushed behind, for this snapshot to be the one that is read. It touches its own half only.</summary>
    public DiskWrite ToWrite()
    {
        var length = Length();
        var bytes = new byte[(length + SectorSize - 1) / SectorSize * SectorSize];
        var at = HeaderSize;
        foreach (var (name, content) in files)
        {
            var nameLength = Encoding.UTF8.GetBytes(name, bytes.AsSpan(at + 6));
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(at), (ushort)nameLength);
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at + 2), content.Length);
            content.Span.CopyTo(bytes.AsSpan(at + 6 + nameLength));
            at += 6 + nameLength + content.Length;
        }

        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), CurrentFormat);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), files.Count);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(16), Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(24), length);
        DigestOf(bytes.AsSpan(0, (int)length)).CopyTo(bytes, 32);
        return new(Half * Capacity, bytes);
    }

    private static long CapacityOf(long area) => area / 2 / SectorSize * SectorSize;

    // The digest's own field counts as zero.
    private static byte[] DigestOf(ReadOnlySpan<byte> snapshot)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(snapshot[..32]);
        hash.AppendData(new byte[32]);
        hash.AppendData(snapshot[HeaderSize..]);
        return hash.GetHashAndReset();
    }

    private static StateArea? ReadHalf(ByteSource area, int half)
    {
        var capacity = CapacityOf(area.Length);
        Span<byte> header = stackalloc byte[HeaderSize];
        area.Read(half * capacity, header);
        var length = BinaryPrimitives.ReadInt64LittleEndian(header[24..]);
        if (!header[..8].SequenceEqual(Magic) || length < HeaderSize || length > capacity || length > int.MaxValue)
        {
            return null;
        }

        var snapshot = new byte[length];
        area.Read(half * capacity, snapshot);
        if (!DigestOf(snapshot).AsSpan().SequenceEqual(snapshot.AsSpan(32, 32)))
        {
            return null;
        }

        var format = BinaryPrimitives.ReadInt32LittleEndian(snapshot.AsSpan(8));
        if (format != CurrentFormat)
        {
            throw new BananaException(ExitCode.NewerFormat, $"the state area has the format {format}, and this Banana knows {CurrentFormat}", area.Name, "boot the newer release again");
        }

        var found = ReadFiles(snapshot, BinaryPrimitives.ReadInt32LittleEndian(snapshot.AsSpan(12)));
        return found is null ? null : new(area.Length, BinaryPrimitives.ReadUInt64LittleEndian(snapshot.AsSpan(16)), half, found);
    }

    private static SortedDictionary<string, ReadOnlyMemory<byte>>? ReadFiles(byte[] snapshot, int count)
    {
        var found = new SortedDictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        var rest = snapshot.AsMemory(HeaderSize);
        for (var i = 0; i < count; i++)
        {
            if (rest.Length < 6)
            {
                return null;
            }

            var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(rest.Span);
            var length = BinaryPrimitives.ReadInt32LittleEndian(rest.Span[2..]);
            if (nameLength is 0 or > LongestName || length < 0 || length > rest.Length - 6 - nameLength)
            {
                return null;
            }

            found[Encoding.UTF8.GetString(rest.Span.Slice(6, nameLength))] = rest.Slice(6 + nameLength, length);
            rest = rest[(6 + nameLength + length)..];
        }

        return rest.IsEmpty && found.Count == count ? found : null;
    }

    // Several changes make one snapshot: each half but that of what was read would be the wrong one.
    private StateArea Next() => isChanged
        ? new(areaLength, Sequence, Half, new(files, StringComparer.Ordinal), isChanged: true)
        : new(areaLength, Sequence + 1, 1 - Half, new(files, StringComparer.Ordinal), isChanged: true);

    private long Length() => HeaderSize + files.Sum(file => 6L + Encoding.UTF8.GetByteCount(file.Key) + file.Value.Length);
}
