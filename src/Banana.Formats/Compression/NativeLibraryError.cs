// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Errors;

namespace Banana.Formats.Compression;

/// <summary>What to say when a library is not installed.</summary>
internal static class NativeLibraryError
{
    /// <summary>Makes the error.</summary>
    public static BananaException Missing(string library, string package, Exception inner) =>
        new(ExitCode.MissingTool, $"the library {library} is not installed", next: $"install it (Debian: {package})", inner: inner);
}
