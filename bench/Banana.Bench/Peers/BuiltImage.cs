// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

namespace Banana.Bench.Peers;

/// <summary>What a build made. Sizes are in bytes.</summary>
/// <param name="Packages">How many packages are in it.</param>
/// <param name="Usr">The image of /usr.</param>
/// <param name="Verity">Its hash tree.</param>
/// <param name="Uki">The unified kernel image, with its initrd.</param>
internal sealed record BuiltImage(int Packages, long Usr, long Verity, long Uki);
