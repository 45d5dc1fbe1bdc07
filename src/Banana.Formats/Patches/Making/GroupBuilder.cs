// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Runtime.InteropServices;

namespace Banana.Formats.Patches.Making;

/// <summary>A group before it is compressed.</summary>
/// <param name="References">What its contents refer to.</param>
/// <param name="Content">Instructions and data.</param>
internal sealed record PlannedGroup(IReadOnlyList<PatchReference> References, ReadOnlyMemory<byte> Content);

/// <summary>Names a set of references, so that a group has each set once.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ReferenceKey(ulong Nid, long Part);

/// <summary>Collects instructions, their data and what it refers to.</summary>
internal sealed class GroupBuilder : IDisposable
{
    // Less than what a reader accepts: room for the instructions.
    private const int DataLimit = 8 << 20;
    private readonly List<PatchReference> references = [];
    private readonly HashSet<ReferenceKey> keys = [];
    private readonly MemoryStream instructions = new();
    private readonly MemoryStream data = new();
    private int prefixLength;
    private long expected;
    private PatchInstruction pending;
    private long pendingBlocks;
    private long pendingPlace;

    /// <summary>Whether there is nothing to write.</summary>
    public bool IsEmpty => pendingBlocks == 0 && instructions.Length == 0;

    /// <summary>Whether more data still fits, with what it refers to.</summary>
    public bool Fits(int length, ReferenceKey? key, IReadOnlyList<PatchReference> wanted)
    {
        var more = key is null || keys.Contains(key.Value) ? 0 : wanted.Sum(reference => reference.Length);
        return IsEmpty || (data.Length + length <= DataLimit && prefixLength + more <= PatchFormat.MaximumPrefix
            && references.Count + wanted.Count <= PatchFormat.MaximumReferences && instructions.Length < 1 << 20);
    }

    /// <summary>Adds references, unless they are there.</summary>
    public void Refer(ReferenceKey? key, IReadOnlyList<PatchReference> wanted)
    {
        if (key is { } name && keys.Add(name))
        {
            references.AddRange(wanted);
            prefixLength += wanted.Sum(reference => reference.Length);
        }
    }

    /// <summary>Blocks of the old image.</summary>
    public void Copy(long place, long blocks)
    {
        if (pending != PatchInstruction.Copy || pendingBlocks == 0 || pendingPlace + pendingBlocks != place)
        {
            Begin(PatchInstruction.Copy);
            pendingPlace = place;
        }

        pendingBlocks += blocks;
    }

    /// <summary>Blocks of zeros.</summary>
    public void Zero(long blocks)
    {
        Begin(PatchInstruction.Zero);
        pendingBlocks += blocks;
    }

    /// <summary>Blocks as they are.</summary>
    public void Literal(ReadOnlySpan<byte> blocks)
    {
        Begin(PatchInstruction.Literal);
        pendingBlocks += blocks.Length / PatchFormat.BlockSize;
        data.Write(blocks);
    }

    /// <summary>A cluster that is compressed again.</summary>
    public void Cluster(int codec, long blocks, ReadOnlySpan<byte> content)
    {
        Finish();
        Write(PatchInstruction.Cluster, blocks);
        PatchCursor.Write(instructions, (ulong)codec);
        PatchCursor.Write(instructions, (ulong)content.Length);
        data.Write(content);
    }

    /// <summary>Returns what was collected and begins anew.</summary>
    public PlannedGroup Take()
    {
        Finish();
        var content = new MemoryStream((int)(instructions.Length + data.Length) + 8);
        PatchCursor.Write(content, (ulong)instructions.Length);
        instructions.WriteTo(content);
        data.WriteTo(content);
        var group = new PlannedGroup([.. references], content.GetBuffer().AsMemory(0, (int)content.Length));
        references.Clear();
        keys.Clear();
        instructions.SetLength(0);
        data.SetLength(0);
        prefixLength = 0;
        expected = 0;
        return group;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        instructions.Dispose();
        data.Dispose();
    }

    private void Begin(PatchInstruction instruction)
    {
        if (pending != instruction || instruction == PatchInstruction.Copy)
        {
            Finish();
            pending = instruction;
        }
    }

    private void Finish()
    {
        if (pendingBlocks > 0)
        {
            Write(pending, pendingBlocks);
            if (pending == PatchInstruction.Copy)
            {
                PatchCursor.Write(instructions, PatchCursor.ZigZag(pendingPlace - expected));
                expected = pendingPlace + pendingBlocks;
            }
        }

        pendingBlocks = 0;
    }

    private void Write(PatchInstruction instruction, long blocks) => PatchCursor.Write(instructions, ((ulong)blocks << 2) | (uint)instruction);
}
