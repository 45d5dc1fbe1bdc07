// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Vm.Machine;

namespace Banana.Qa.Staging;

/// <summary>What a stage is made of.</summary>
public sealed record StageOptions
{
    /// <summary>The machine; the stage adds its own credentials, devices and words to it.</summary>
    public required MachineOptions Machine { get; init; }

    /// <summary>The image of the system extension with the agent.</summary>
    public required string Extension { get; init; }

    /// <summary>Where needles are.</summary>
    public required string Needles { get; init; }

    /// <summary>A folder of the stage's own, for its sockets; its path is short, as a socket's has to be.</summary>
    public required string Folder { get; init; }

    /// <summary>Who uses the machine.</summary>
    public GuestUser User { get; init; } = GuestUser.Tester;

    /// <summary>What the machine knows of the user when it is switched on.</summary>
    public GuestPresence Presence { get; init; } = GuestPresence.Account;

    /// <summary>Where the machine gets its updates from; null: nowhere.</summary>
    public UpdateSource? Updates { get; init; }

    /// <summary>A file that always has the newest picture of the screen, for who wants to watch; null: none.</summary>
    public string? Window { get; init; }

    /// <summary>Whether pictures that are looked for are saved as new needles, in place of being compared.</summary>
    public bool SavesNeedles { get; init; }
}
