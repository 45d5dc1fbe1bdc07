// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Device.Disks;
using Banana.Device.Slots;
using Banana.Formats.Gpt;
using Banana.Formats.State;
using Banana.Formats.Storage;
using Banana.Foundation.Errors;

namespace Banana.Device.State;

/// <summary>
/// What a device remembers: journals, trusted metadata, history. It lies in the state area, a partition without a file system, so that it can
/// be written when every file system is full. Each change is durable when the call returns, and happened whole or not at all.
/// </summary>
/// <param name="disk">The disk; it stays open.</param>
/// <param name="partition">The partition of the state area.</param>
/// <param name="exclude">Keeps other processes out while an entry is changed; null: there are none.</param>
public sealed class DeviceState(BlockDisk disk, GptPartition partition, Func<IDisposable>? exclude = null)
{
    private readonly Lock turn = new();

    /// <summary>The state of a disk.</summary>
    /// <exception cref="BananaException">The disk has no state area.</exception>
    public static DeviceState Of(BlockDisk disk, DiskLayout layout, Func<IDisposable>? exclude = null)
    {
        ArgumentNullException.ThrowIfNull(disk);
        ArgumentNullException.ThrowIfNull(layout);
        return new(disk, layout.State ?? throw new BananaException(ExitCode.BadInput, $"the disk has no partition '{DiskLayout.StateLabel}'", disk.Name, "install the system again on this disk"), exclude);
    }

    /// <summary>What an entry holds; null when there is none.</summary>
    public byte[]? Read(string name)
    {
        lock (turn)
        {
            return Area().Files.TryGetValue(name, out var content) ? content.ToArray() : null;
        }
    }

    /// <summary>The names of all entries.</summary>
    public IReadOnlyList<string> Names()
    {
        lock (turn)
        {
            return [.. Area().Files.Keys.Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>Changes an entry with nobody in between.</summary>
    /// <param name="name">The entry.</param>
    /// <param name="change">What it held (null: nothing) to what it holds now.</param>
    public void Change(string name, Func<byte[]?, ReadOnlyMemory<byte>> change) =>
        Change(area => area.With(name, change(area.Files.TryGetValue(name, out var content) ? content.ToArray() : null)));

    /// <summary>Writes an entry.</summary>
    /// <exception cref="BananaException">The state area has no room for it.</exception>
    public void Write(string name, ReadOnlyMemory<byte> content) => Change(area => area.With(name, content));

    /// <summary>Deletes entries.</summary>
    public void Delete(params IReadOnlyCollection<string> names) =>
        Change(area => names.Where(name => area.Files.ContainsKey(name)).Aggregate(area, (left, name) => left.Without(name)));

    private StateArea Area() => StateArea.Read(disk.Window(partition.Offset, partition.Size, DiskLayout.StateLabel));

    private void Change(Func<StateArea, StateArea> change)
    {
        lock (turn)
        {
            using var others = exclude?.Invoke();
            var before = Area();
            var after = change(before);
            if (!ReferenceEquals(before, after))
            {
                var write = after.ToWrite();
                disk.Write(partition.Offset + write.Offset, write.Bytes.Span);
                disk.Flush();
            }
        }
    }
}
