// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Tuf.Metadata;

/// <summary>The top-level roles (specification 2.1).</summary>
public static class RoleNames
{
    /// <summary>Who has which keys.</summary>
    public const string Root = "root";

    /// <summary>What may be installed, and whom that is delegated to.</summary>
    public const string Targets = "targets";

    /// <summary>Which versions of all targets metadata belong together.</summary>
    public const string Snapshot = "snapshot";

    /// <summary>Which snapshot is the newest.</summary>
    public const string Timestamp = "timestamp";

    /// <summary>All four.</summary>
    public static IReadOnlyList<string> TopLevel { get; } = [Root, Targets, Snapshot, Timestamp];

    /// <summary>The name of a role in URLs and file names: everything but letters, digits and <c>_.-~</c> is percent-encoded, so a name never leaves its folder.</summary>
    public static string Escape(string role) => Uri.EscapeDataString(role);

    /// <summary>The metadata's file: <c>3.root.json</c>, or <c>timestamp.json</c> without a version.</summary>
    public static string FileName(string role, long? version) => version is { } v ? $"{v}.{Escape(role)}.json" : $"{Escape(role)}.json";
}
