// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bus;
using Banana.Formats.Release;

namespace Banana.Control.Notices;

/// <summary>What a person is told (Desktop Notifications Specification 1.3, <c>Notify</c>).</summary>
/// <param name="Sender">The name of who tells it.</param>
/// <param name="Summary">The one line.</param>
/// <param name="Body">What else to know.</param>
/// <param name="Actions">Names and labels in turn.</param>
/// <param name="Hints">How it is to be treated.</param>
internal sealed record Notice(string Sender, string Summary, string Body, IReadOnlyList<string> Actions, IReadOnlyDictionary<string, object> Hints)
{
    /// <summary>The action of a click on the notification itself.</summary>
    public const string Default = "default";

    /// <summary>The action that restarts.</summary>
    public const string Restart = "restart";

    /// <summary>The action that shows the page of System Settings.</summary>
    public const string Show = "show";

    /// <summary>The icon, that of the page.</summary>
    public const string Icon = "system-software-update";

    /// <summary>The page of System Settings, by its id (apps/updates/kcm_banana_updates.json).</summary>
    public const string Page = "kcm_banana_updates";

    private const byte NormalUrgency = 1;

    /// <summary>Tells that an update waits for a restart.</summary>
    /// <param name="version">Its version.</param>
    /// <param name="words">The texts.</param>
    /// <param name="hasPage">Whether the page of System Settings is there; not all editions have it.</param>
    public static Notice Of(ReleaseVersion version, Translations words, bool hasPage)
    {
        List<string> actions = [Restart, words.Say("@action:button", "Restart Now")];

        // Resident, so that it can be put away for later and keeps its buttons in the history.
        Dictionary<string, object> hints = new(StringComparer.Ordinal) { ["urgency"] = new BusVariant("y", NormalUrgency), ["resident"] = (BusVariant)true };
        if (hasPage)
        {
            // As a button too: nothing shows that the notification itself can be clicked.
            var label = words.Say("@action:button", "Show Details");
            actions = [Default, label, .. actions, Show, label];
            hints["desktop-entry"] = (BusVariant)Page;
        }

        return new(
            words.Say("@title", "System Update"),
            words.Say("@info", "Version %1 is ready: restart to use it", version.ToString()),
            words.Say("@info", "The version that runs now stays installed, and the system goes back to it by itself if the new one does not work."),
            actions,
            hints);
    }
}
