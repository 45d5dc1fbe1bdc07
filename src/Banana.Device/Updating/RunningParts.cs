// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text;
using Banana.Device.Disks;
using Banana.Device.Running;
using Banana.Device.Slots;
using Banana.Device.State;
using Banana.Formats.Erofs;
using Banana.Formats.Release;
using Banana.Formats.Storage;
using Banana.Foundation.Errors;
using Banana.Updates.Planning;

namespace Banana.Device.Updating;

/// <summary>The parts of the release that runs, as what an update can be made from.</summary>
/// <param name="machine">The machine.</param>
/// <param name="system">What runs.</param>
internal sealed class RunningParts(Machine machine, RunningSystem system) : IDisposable
{
    private const string Notes = "seed/";
    private readonly List<ByteSource> open = [];

    /// <summary>Notes the digest of an image that was just installed: then it need not be read for it once it runs.</summary>
    public static void Note(DeviceState state, ReleaseManifest manifest) =>
        state.Write(Notes + manifest.RootHash, Encoding.ASCII.GetBytes(manifest.Find(PartRole.Usr)!.Sha256));

    /// <summary>What runs, without its parts.</summary>
    public InstalledRelease Describe() => new() { Edition = system.Edition, Architecture = system.Architecture, Version = system.Version, Index = system.Index };

    /// <summary>Finds them. What cannot be read is left out: an update is possible without, and costs more.</summary>
    /// <param name="own">The manifest of what runs; null: not known, and the image has to be read for its digest.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public InstalledRelease Find(ReleaseManifest? own, CancellationToken cancellation)
    {
        Dictionary<PartRole, InstalledPart> parts = [];
        var layout = DiskLayout.Read(machine.Disk, machine.Id);
        if (layout.Slots.FirstOrDefault(slot => slot.RootHash == machine.RunningRootHash) is { } slot)
        {
            Try(PartRole.Usr, () => Image(slot, own, cancellation));
            Forget([.. layout.Slots.Select(kept => kept.RootHash)]);
        }

        if (machine.Entries().FirstOrDefault(entry => entry.Version == system.Version) is { } running)
        {
            Try(PartRole.Uki, () => new(Opened(new BootFileSource(machine.Boot, Machine.PathOf(running))), string.Empty));
        }

        return Describe() with { Parts = parts };

        void Try(PartRole role, Func<InstalledPart> find)
        {
            try
            {
                parts[role] = find();
            }
            catch (Exception error) when (error is IOException or BananaException)
            {
                // Not there or not readable: fetched without it.
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => open.ForEach(source => source.Dispose());

    private InstalledPart Image(Slot slot, ReleaseManifest? own, CancellationToken cancellation)
    {
        var partition = machine.Disk.Window(slot.Usr.Offset, slot.Usr.Size, slot.Name);
        var image = partition.Window(0, ErofsSuperblock.Read(partition).Size, "the image of /usr");
        if (machine.State.Read(Notes + slot.RootHash) is { } noted)
        {
            return new(image, Encoding.ASCII.GetString(noted));
        }

        if (own is not null && own.RootHash == slot.RootHash && own.Find(PartRole.Usr) is { } part && part.Size == image.Length)
        {
            return new(image, part.Sha256);
        }

        var digest = Convert.ToHexStringLower(SourceDigest.Sha256(image, cancellation));
        machine.State.Write(Notes + slot.RootHash, Encoding.ASCII.GetBytes(digest));
        return new(image, digest);
    }

    private void Forget(IReadOnlyCollection<string> kept)
    {
        var old = machine.State.Names().Where(name => name.StartsWith(Notes, StringComparison.Ordinal) && !kept.Contains(name[Notes.Length..])).ToList();
        if (old.Count > 0)
        {
            machine.State.Delete(old);
        }
    }

    private BootFileSource Opened(BootFileSource source)
    {
        open.Add(source);
        return source;
    }

    // A file of the boot partition at any place. FAT on a busy machine is slow enough; the lock costs nothing beside it.
    private sealed class BootFileSource(IBootFiles boot, string path) : ByteSource
    {
        private readonly Stream stream = boot.Open(path);
        private readonly Lock turn = new();

        public override string Name => $"{boot.Name}/{path}";

        public override long Length => stream.Length;

        protected override void ReadCore(long offset, Span<byte> buffer)
        {
            lock (turn)
            {
                stream.Position = offset;
                stream.ReadExactly(buffer);
            }
        }

        protected override void Dispose(bool disposing)
        {
            stream.Dispose();
            base.Dispose(disposing);
        }
    }
}
