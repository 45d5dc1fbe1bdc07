// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Device.History;
using Banana.Device.Transaction;
using Banana.Formats.Release;
using Banana.Updates.Planning;

namespace Banana.Device.Updating;

/// <summary>A release that a device can have.</summary>
/// <param name="Plan">How it is got; its cost is that of a download from the beginning.</param>
/// <param name="IsInstalled">Whether it is in its slot already, whole, and waits for a restart.</param>
public sealed record UpdateOffer(UpdatePlan Plan, bool IsInstalled)
{
    /// <summary>What it is.</summary>
    public ReleaseManifest Manifest => Plan.Manifest;
}

/// <summary>What a look at the repository found.</summary>
/// <param name="Offer">The release that this device should have next; null: there is none.</param>
/// <param name="Withdrawn">Why the release that runs was withdrawn; null: it was not.</param>
/// <param name="PassedOver">Releases that are newer than what runs and are not offered, because they failed here or the user left them.</param>
public sealed record UpdateCheck(UpdateOffer? Offer, string? Withdrawn, IReadOnlyList<RefusedRelease> PassedOver);

/// <summary>What an update came to.</summary>
/// <param name="Check">What was offered.</param>
/// <param name="Installed">What was installed; null: nothing new, or it was only downloaded.</param>
/// <param name="Fetched">The bytes that were fetched.</param>
public sealed record UpdateOutcome(UpdateCheck Check, InstalledUpdate? Installed, long Fetched);

/// <summary>What the user wants of an update.</summary>
public sealed record UpdateWish
{
    /// <summary>This version and no other; null: the newest that is offered.</summary>
    public ReleaseVersion? Version { get; init; }

    /// <summary>Only fetch it; nothing boots it.</summary>
    public bool DownloadOnly { get; init; }

    /// <summary>Nobody waits for it: the limits of the settings hold.</summary>
    public bool IsBackground { get; init; }

    /// <summary>Told of every piece that comes, in bytes; from several threads.</summary>
    public Action<long>? OnFetched { get; init; }

    /// <summary>Told what is going to be fetched, before the first byte.</summary>
    public Action<UpdatePlan>? OnPlanned { get; init; }
}
