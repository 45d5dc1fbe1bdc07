// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Formats.Release;
using Banana.Foundation.Files;

namespace Banana.Control.Notices;

/// <summary>
/// Which version this session was told of. A unit that a target wants is started again whenever something pulls that target in again, so it is
/// the note, and not the unit, that makes it once. It lies in the folder that ends with the user's last session: who logs in again is told again, as the update still waits.
/// </summary>
/// <param name="folder">The user's folder of this session (<c>XDG_RUNTIME_DIR</c>).</param>
internal sealed class ToldNote(string folder)
{
    private readonly string path = Path.Combine(folder, "banana", "told");

    /// <summary>Whether it is this version.</summary>
    public bool Holds(ReleaseVersion version) => File.Exists(path) && File.ReadAllText(path) == $"{version}\n";

    /// <summary>Notes a version; one is enough, only the newest matters.</summary>
    public Task WriteAsync(ReleaseVersion version) => AtomicFile.WriteAsync(path, $"{version}\n");
}
