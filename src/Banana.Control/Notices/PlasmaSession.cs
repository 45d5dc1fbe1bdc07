// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bus;
using Banana.Formats.Release;
using Banana.Foundation.Errors;

namespace Banana.Control.Notices;

/// <summary>What a notification's actions ask of the session.</summary>
/// <param name="bus">The bus of the session.</param>
internal sealed class PlasmaSession(BusConnection bus)
{
    /// <summary>The dialogue about leaving: its name, which is that of its interface too.</summary>
    public const string Prompt = "org.kde.LogoutPrompt";

    /// <summary>Its object.</summary>
    public const string PromptPath = "/LogoutPrompt";

    /// <summary>The program of System Settings.</summary>
    public string Settings { get; init; } = "/usr/bin/systemsettings";

    /// <summary>Asks the person whether to restart: Plasma's dialogue, which can be left again, and after which programs may save what is open.</summary>
    /// <param name="version">What waits, for the error.</param>
    /// <exception cref="BananaException">The dialogue is not there.</exception>
    public async Task AskForRestartAsync(ReleaseVersion version)
    {
        try
        {
            await bus.CallAsync(Prompt, PromptPath, Prompt, "promptReboot", string.Empty, []);
        }
        catch (BusException error) when (error.Name is BusErrors.NoReply or BusErrors.Timeout or BusErrors.TimedOut)
        {
            // It is shown; its process may end, or think for long, without a word to us.
        }
        catch (BusException error)
        {
            throw new BananaException(ExitCode.Unreachable, $"Plasma's dialogue for a restart does not answer: {error.What}", Prompt, $"restart the machine to use {version}", error);
        }
    }

    /// <summary>Opens the page of System Settings, as a unit of its own: what we start ourselves would end with our unit.</summary>
    /// <param name="token">What lets its window come to the front; null: nothing does.</param>
    public async Task OpenPageAsync(string? token)
    {
        const string Manager = "org.freedesktop.systemd1";

        // As desktops name what they start (systemd.io, "Desktop Environment Integration").
        var unit = $"app-systemsettings@{Random.Shared.NextInt64():x}.service";
        object[] properties =
        [
            Property("Description", "System Settings"),
            Property("Slice", "app.slice"),
            Property("CollectMode", "inactive-or-failed"),
            Property("ExecStart", new BusVariant("a(sasb)", new object[] { new object[] { Settings, new[] { Settings, Notice.Page }, false } })),
            .. token is null ? Array.Empty<object>() : [Property("Environment", new BusVariant("as", new[] { $"XDG_ACTIVATION_TOKEN={token}" }))],
        ];
        await bus.CallAsync(Manager, "/org/freedesktop/systemd1", Manager + ".Manager", "StartTransientUnit", "ssa(sv)a(sa(sv))", [unit, "fail", properties, Array.Empty<object>()]);
    }

    private static object[] Property(string name, BusVariant value) => [name, value];
}
