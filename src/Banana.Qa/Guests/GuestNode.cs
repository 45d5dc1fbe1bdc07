// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Qa.Guests;

/// <summary>Something that is shown in the guest, as a screen reader sees it.</summary>
/// <param name="Owner">Its owner on the bus of accessibility.</param>
/// <param name="Path">Its object.</param>
/// <param name="Application">The application.</param>
/// <param name="Role">Its role ("push button").</param>
/// <param name="Name">Its name.</param>
public sealed record GuestNode(string Owner, string Path, string Application, string Role, string Name);

/// <summary>What is looked for.</summary>
public sealed record NodeQuery
{
    /// <summary>Only in applications whose name contains this.</summary>
    public string? Application { get; init; }

    /// <summary>Only of this role.</summary>
    public string? Role { get; init; }

    /// <summary>Only with a name that contains this, whatever its case.</summary>
    public string? Name { get; init; }

    /// <summary>Whether the name has to be that, and not only to contain it: "Update" is a button, and a part of the names of many.</summary>
    public bool IsWhole { get; init; }

    /// <summary>In words, for errors.</summary>
    public override string ToString() =>
        $"{Role ?? "anything"}{(Name is null ? string.Empty : $" '{Name}'")}{(Application is null ? string.Empty : $" of {Application}")}";
}
