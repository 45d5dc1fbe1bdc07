// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Device.Disks;

/// <summary>
/// The files of the EFI system partition. Paths are relative to it, with '/' between names. On a device it is the mounted file system; FAT has
/// no journal, so that nothing counts as written before <see cref="Sync"/>.
/// </summary>
public interface IBootFiles
{
    /// <summary>What messages call it.</summary>
    string Name { get; }

    /// <summary>How many bytes are free.</summary>
    long Free();

    /// <summary>The names of the files in a folder, ordered; empty when there is no such folder.</summary>
    IReadOnlyList<string> List(string folder);

    /// <summary>The length of a file; null when there is none.</summary>
    long? Length(string path);

    /// <summary>Opens a file to be read and written; made when it is not there. Flushing the stream makes its content durable.</summary>
    Stream Open(string path);

    /// <summary>Gives a file another name, in place of one that has it.</summary>
    void Rename(string from, string to);

    /// <summary>Deletes a file.</summary>
    void Delete(string path);

    /// <summary>Makes all names and contents durable. What is read afterwards comes from the disk.</summary>
    void Sync();
}
