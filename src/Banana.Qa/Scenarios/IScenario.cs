// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Qa.Staging;

namespace Banana.Qa.Scenarios;

/// <summary>Something that a person does with the system, told as steps. A file each, to be read as a story.</summary>
public interface IScenario
{
    /// <summary>Its name on the command line: one word.</summary>
    string Name { get; }

    /// <summary>What it is about.</summary>
    string Title { get; }

    /// <summary>The scenario that must have been played before on the same machine; null: none.</summary>
    string? After { get; }

    /// <summary>The machine that it is played on; those that it needs are played on the same.</summary>
    MachineKind Machine { get; }

    /// <summary>Plays it.</summary>
    Task PlayAsync(Stage stage, CancellationToken cancellation);
}
