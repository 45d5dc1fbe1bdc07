// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Security.Cryptography;
using Banana.Device.Disks;
using Banana.Device.Slots;
using Banana.Formats.Release;

namespace Banana.Device.Transaction;

/// <summary>Looks at the disk anew: is a release there, whole, and does an entry start it?</summary>
/// <param name="machine">The machine.</param>
/// <param name="manifest">The release.</param>
internal sealed class InstalledCheck(Machine machine, ReleaseManifest manifest)
{
    private const int Piece = 1 << 20;

    /// <summary>What is wrong with it, as one line; null: nothing.</summary>
    /// <param name="readBack">Whether this run has just read the partitions back from the disk and hashed them: then their names and the boot entry are looked at.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public string? Problem(bool readBack, CancellationToken cancellation)
    {
        var slot = DiskLayout.Read(machine.Disk, machine.Id).Slots.FirstOrDefault(slot => slot.Version == manifest.Version);
        if (slot is null)
        {
            return $"no slot is labelled with {manifest.Version}";
        }

        if (slot.RootHash != manifest.RootHash)
        {
            return $"{slot.Name} has the identifiers of another root hash";
        }

        var entries = machine.Entries().Where(entry => entry.Version == manifest.Version).ToList();
        return entries.Count != 1
            ? $"there are {entries.Count} boot entries for it"
            : (readBack ? null : Differs(new PartitionStream(machine.Disk, slot.Usr), PartRole.Usr, isFile: false, cancellation))
                ?? (readBack ? null : Differs(new PartitionStream(machine.Disk, slot.Tree), PartRole.UsrVerity, isFile: false, cancellation))
                ?? Differs(machine.Boot.Open(Machine.PathOf(entries[0])), PartRole.Uki, isFile: true, cancellation);
    }

    private string? Differs(Stream content, PartRole role, bool isFile, CancellationToken cancellation)
    {
        using (content)
        {
            var part = manifest.Find(role)!;
            if (content.Length < part.Size || (isFile && content.Length != part.Size))
            {
                return $"'{part.File}' has {content.Length} of {part.Size} bytes";
            }

            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var buffer = new byte[Piece];
            for (var left = part.Size; left > 0;)
            {
                cancellation.ThrowIfCancellationRequested();
                var count = content.ReadAtLeast(buffer.AsSpan(0, (int)Math.Min(left, Piece)), 1);
                hash.AppendData(buffer, 0, count);
                left -= count;
            }

            return Convert.ToHexStringLower(hash.GetHashAndReset()) == part.Sha256 ? null : $"'{part.File}' does not have the SHA-256 of the manifest";
        }
    }
}
