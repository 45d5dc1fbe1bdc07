// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Errors;
using Banana.Foundation.Progress;

namespace Banana.Updates.Fetching;

/// <summary>The room that a part needs.</summary>
/// <param name="Name">The target.</param>
/// <param name="Volume">What shares its room.</param>
/// <param name="Bytes">What it needs.</param>
/// <param name="Room">What the target can hold.</param>
public sealed record RoomNeed(string Name, string Volume, long Bytes, long Room)
{
    /// <summary>Throws unless all targets can hold their parts together.</summary>
    /// <exception cref="BananaException">They cannot (<see cref="ExitCode.NoSpace"/>).</exception>
    public static void Require(IReadOnlyList<RoomNeed> needs)
    {
        foreach (var volume in needs.GroupBy(need => need.Volume, StringComparer.Ordinal))
        {
            var (needed, room) = (volume.Sum(need => need.Bytes), volume.Max(need => need.Room));
            if (needed > room)
            {
                throw new BananaException(
                    ExitCode.NoSpace, $"the update needs {needed} bytes ({ByteSize.Format(needed)}) here, and there is room for {room} ({ByteSize.Format(room)})", volume.Key, "nothing was written; make room and run the same command again");
            }
        }
    }
}
