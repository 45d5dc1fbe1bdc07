// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Qa.Staging;

/// <summary>A machine that scenarios are played on, each kind once, one scenario after the other.</summary>
public enum MachineKind
{
    /// <summary>Nobody has an account on it.</summary>
    New,

    /// <summary>It waits in its login manager for a person.</summary>
    Greeter,

    /// <summary>The session of its user opens by itself.</summary>
    Session,

    /// <summary>As <see cref="Session"/>, and it knows a repository with releases that come after what it runs (<see cref="UpdateSource"/>): they have to be built first.</summary>
    UpdatingSession,
}
