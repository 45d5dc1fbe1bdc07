// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Qa.Films;

/// <summary>How a scenario or a step ended.</summary>
public enum Outcome
{
    /// <summary>As expected.</summary>
    Passed,

    /// <summary>Otherwise.</summary>
    Failed,

    /// <summary>Not begun, because what it needs did not come about.</summary>
    Skipped,
}

/// <summary>One step of a scenario, as it was seen.</summary>
/// <param name="Title">What was done.</param>
/// <param name="Expected">What should be seen.</param>
/// <param name="Seen">What is wrong, in words; null: nothing.</param>
/// <param name="Picture">The screen at its end, as PNG; null: there was none to be had.</param>
/// <param name="Needle">The picture that was looked for, as PNG; null: none.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="Attempts">How often it was done until it worked; 1 without a retry.</param>
public sealed record FilmStep(string Title, string Expected, string? Seen, byte[]? Picture, byte[]? Needle, TimeSpan Duration, int Attempts)
{
    /// <summary>How it ended.</summary>
    public Outcome Outcome => Seen is null ? Outcome.Passed : Outcome.Failed;
}

/// <summary>One scenario, as it was seen.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Title">What it is about.</param>
/// <param name="Steps">Its steps.</param>
/// <param name="SkippedBecause">Why it was not played; null: it was.</param>
public sealed record FilmScene(string Name, string Title, IReadOnlyList<FilmStep> Steps, string? SkippedBecause = null)
{
    /// <summary>How it ended.</summary>
    public Outcome Outcome => SkippedBecause is not null ? Outcome.Skipped : Steps.Any(step => step.Outcome == Outcome.Failed) ? Outcome.Failed : Outcome.Passed;

    /// <summary>How long it took.</summary>
    public TimeSpan Duration => Steps.Aggregate(TimeSpan.Zero, (sum, step) => sum + step.Duration);

    /// <summary>How often a step was done again.</summary>
    public int Retries => Steps.Sum(step => step.Attempts - 1);
}

/// <summary>A run of scenarios on one release.</summary>
/// <param name="Release">The release, as people name it.</param>
/// <param name="Machine">What ran it ("KVM", "emulation").</param>
/// <param name="Scenes">The scenarios, in the order in which they were played.</param>
/// <param name="Facts">What was measured on the way: name and value.</param>
public sealed record Film(string Release, string Machine, IReadOnlyList<FilmScene> Scenes, IReadOnlyList<(string Name, string Value)> Facts);
