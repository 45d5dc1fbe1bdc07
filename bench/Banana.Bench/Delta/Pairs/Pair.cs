// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

namespace Banana.Bench.Delta.Pairs;

/// <summary>A pair that is made: two images in each layout, their package lists, and what is known of them.</summary>
/// <param name="Name">The name.</param>
/// <param name="Folder">The folder of its files.</param>
internal sealed record Pair(string Name, string Folder)
{
    /// <summary>What is different between the two, and the least that could be fetched.</summary>
    public string Figures => Path.Combine(Folder, "pair.json");

    /// <summary>The list of the old image.</summary>
    public string OldList => Path.Combine(Folder, "old.lock.json");

    /// <summary>The list of the new image.</summary>
    public string NewList => Path.Combine(Folder, "new.lock.json");

    /// <summary>The image that a device has.</summary>
    public string Old(ErofsLayout layout) => Path.Combine(Folder, layout.Name, "old.erofs");

    /// <summary>The image that it shall get.</summary>
    public string New(ErofsLayout layout) => Path.Combine(Folder, layout.Name, "new.erofs");
}
