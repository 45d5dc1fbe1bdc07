// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Errors;
using Banana.Qa.Guests;
using Banana.Qa.Staging;

namespace Banana.Qa.Scenarios;

/// <summary>The page System Update of System Settings (apps/updates), as a person uses it.</summary>
internal static class UpdatePage
{
    /// <summary>The button that looks for updates.</summary>
    public const string Check = "Check for Updates";

    private const string Settings = "systemsettings";

    // The action of the page's message that something is wrong.
    private static readonly NodeQuery Trouble = Button("Try Again");

    /// <summary>A button of the page.</summary>
    /// <param name="name">All that is on it: "Update" is a part of many names.</param>
    public static NodeQuery Button(string name) => new() { Application = Settings, Name = name, IsWhole = true };

    /// <summary>A text on the page.</summary>
    public static NodeQuery Saying(string text) => new() { Application = Settings, Name = text };

    /// <summary>The step that opens the page.</summary>
    public static Task OpenAsync(Stage stage, CancellationToken cancellation) => stage.StepAsync(
        "Find the page System Update in the launcher", "the page, with the version that runs and the history",
        async () =>
        {
            await stage.Keyboard.PressAsync(["meta_l"], cancellation);
            await stage.UntilStillAsync(TimeSpan.FromSeconds(30), cancellation);
            await stage.Keyboard.TypeAsync("system update", cancellation);
            await stage.UntilShownAsync(new NodeQuery { Application = "plasmashell", Name = "System Update" }, TimeSpan.FromSeconds(60), cancellation);
            await stage.Keyboard.PressAsync(["ret"], cancellation);
            await stage.UntilShownAsync(Button(Check), TimeSpan.FromSeconds(40), cancellation);
            await stage.UntilStillAsync(TimeSpan.FromSeconds(60), cancellation);
            // Below what a small screen shows, when two versions are installed.
            await UntilScrolledToAsync(stage, Saying("Runs now"), isUp: false, TimeSpan.FromSeconds(30), cancellation);
        });

    /// <summary>The step that closes it.</summary>
    public static Task CloseAsync(Stage stage, CancellationToken cancellation) => stage.StepAsync("Close the window", "the desktop", async () =>
    {
        await stage.Keyboard.PressAsync(["ctrl", "q"], cancellation);
        await stage.UntilCommandAsync("the end of System Settings", $"! pgrep -u {stage.User.Name} -x {Settings}", TimeSpan.FromSeconds(30), cancellation);
    });

    /// <summary>Waits until the page shows something that may have to be scrolled to.</summary>
    /// <param name="stage">The machine.</param>
    /// <param name="query">What.</param>
    /// <param name="isUp">Whether it is above what is shown, and not below.</param>
    /// <param name="patience">How long it may take with KVM.</param>
    /// <param name="cancellation">Stops the waiting.</param>
    public static Task<GuestNode> UntilScrolledToAsync(Stage stage, NodeQuery query, bool isUp, TimeSpan patience, CancellationToken cancellation) => stage.UntilAsync(
        query.ToString(),
        async () =>
        {
            if (await stage.LookAsync(query, cancellation) is { } found)
            {
                return found;
            }

            await stage.ScrollAsync(isUp, cancellation);
            return null;
        },
        patience, cancellation);

    /// <summary>Waits until the page shows something, or that something is wrong.</summary>
    /// <exception cref="BananaException">It did not come in time, or the page says what is wrong; the service's own word on it is in the error.</exception>
    public static Task<GuestNode> UntilDoneAsync(Stage stage, NodeQuery query, TimeSpan patience, CancellationToken cancellation) => stage.UntilAsync(
        query.ToString(),
        async () =>
        {
            if (await stage.LookAsync(query, cancellation) is { } found)
            {
                return found;
            }

            return await stage.LookAsync(Trouble, cancellation) is null ? null : throw new BananaException(
                ExitCode.Unhealthy, $"the page says that something is wrong, and no {query} came; bananactl says: {await DeviceWatch.TellAsync(stage, cancellation)}");
        },
        patience, cancellation);
}
