// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

namespace Banana.Daemon.Service;

/// <summary>The actions that polkit is asked for (org.kde.banana1.policy).</summary>
internal static class Actions
{
    /// <summary>To look what is offered.</summary>
    public const string Check = "org.kde.banana1.check";

    /// <summary>To install or fetch an update, and to cancel one.</summary>
    public const string Update = "org.kde.banana1.update";

    /// <summary>To install a version that is not the newest, or that failed here before.</summary>
    public const string UpdateToVersion = "org.kde.banana1.update-to-version";

    /// <summary>To go back to the release before.</summary>
    public const string RollBack = "org.kde.banana1.rollback";

    /// <summary>To pause background updates.</summary>
    public const string Pause = "org.kde.banana1.pause";
}
