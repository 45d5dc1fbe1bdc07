// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

namespace Banana.Cli.Try.Story;

/// <summary>One thing that happened to the device.</summary>
/// <param name="At">When, since the machine was switched on.</param>
/// <param name="What">What, as a sentence.</param>
/// <param name="IsGood">Whether it is what should happen.</param>
internal sealed record StoryEvent(TimeSpan At, string What, bool IsGood)
{
    /// <summary>What was printed, if there is more to say.</summary>
    public IReadOnlyList<string> Details { get; init; } = [];

    /// <summary>What the screen showed, as PNG.</summary>
    public byte[]? Screen { get; init; }
}

/// <summary>The life of a device from its first boot to its fall-back.</summary>
/// <param name="Events">What happened.</param>
/// <param name="History">What the device itself tells of it (<c>bananactl history</c>).</param>
internal sealed record StoryReport(IReadOnlyList<StoryEvent> Events, IReadOnlyList<string> History)
{
    /// <summary>Whether everything happened as it should.</summary>
    public bool IsGood => Events.All(happened => happened.IsGood);
}
