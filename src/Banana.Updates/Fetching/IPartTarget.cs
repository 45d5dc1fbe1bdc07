// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Updates.Fetching;

/// <summary>Where a part goes: a file, a partition. It counts as complete only after <see cref="Complete"/>.</summary>
public interface IPartTarget
{
    /// <summary>What messages call it.</summary>
    string Name { get; }

    /// <summary>What shares its room with others of the same text: the folder of a file, the device itself.</summary>
    string Volume { get; }

    /// <summary>How many bytes it can hold, with what is there already.</summary>
    long Room();

    /// <summary>Opens what is there, to be read and written at any place.</summary>
    Stream Open();

    /// <summary>The part is there whole and was verified; the stream is closed.</summary>
    /// <param name="length">The length of the part; what is behind it is of no meaning.</param>
    void Complete(long length);
}

/// <summary>Where a part goes, and where its fetching is noted down.</summary>
/// <param name="Target">The part.</param>
/// <param name="Journal">The journal, which the caller deletes once the update is done.</param>
public sealed record PartDestination(IPartTarget Target, INote Journal);
