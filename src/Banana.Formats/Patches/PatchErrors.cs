// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Errors;

namespace Banana.Formats.Patches;

/// <summary>The errors of patches.</summary>
internal static class PatchErrors
{
    /// <summary>A patch that cannot be right.</summary>
    public static BananaException Corrupt(string name, string what) => new(ExitCode.BadInput, $"the patch is corrupt: {what} is wrong", name, "fetch it again");
}
