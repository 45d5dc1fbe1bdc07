// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text.Json;
using Banana.Bus;
using Banana.Foundation.Errors;

namespace Banana.Daemon.FirstBoot;

/// <summary>
/// What the dialogue for the first account asks for (dbus/org.kde.banana1.FirstBoot.xml). Only its own account and root may ask, and only as long as
/// there is nobody: after that it is a door without a handle.
/// </summary>
/// <param name="accounts">The accounts of persons.</param>
/// <param name="locale">Language, keyboard and time zone.</param>
/// <param name="managers">The login managers.</param>
/// <param name="root">The root of the file system; "/" but in tests.</param>
/// <param name="allowed">The number of the account that may ask beside root.</param>
internal sealed class FirstBootObject(PersonAccounts accounts, SystemLocale locale, LoginManagers managers, string root, Func<uint?> allowed)
{
    /// <summary>The name on the bus.</summary>
    public const string Name = "org.kde.banana1.FirstBoot";

    /// <summary>The object.</summary>
    public const string Path = "/org/kde/banana1/firstboot";

    /// <summary>The interface, as it is exported.</summary>
    public BusInterface Describe() => new BusInterface(Name)
        .Method("Describe", string.Empty, "choices:s", DescribeAsync)
        .Method("SetLanguage", "language:s", call => WhenAllowedAsync(call, () => locale.SetLanguageAsync(call.Values.Get<string>(0), call.Cancellation)))
        .Method("SetKeyboard", "layout:s", call => WhenAllowedAsync(call, () => locale.SetKeyboardAsync(call.Values.Get<string>(0), call.Cancellation)))
        .Method("SetTimeZone", "zone:s", call => WhenAllowedAsync(call, () => locale.SetTimeZoneAsync(call.Values.Get<string>(0), call.Cancellation)))
        .Method("CreateAccount", "fullName:s name:s password:s", call => WhenAllowedAsync(call, () => CreateAsync(call)));

    private async Task<object[]> DescribeAsync(BusCall call)
    {
        await RequireAsync(call);
        // Side by side: each of systemd's services may have to be started for it.
        var (language, keyboard) = (locale.LanguageAsync(call.Cancellation), locale.KeyboardAsync(call.Cancellation));
        var (zone, zones) = (locale.TimeZoneAsync(call.Cancellation), locale.TimeZonesAsync(call.Cancellation));
        FirstBootChoices choices = new()
        {
            IsNeeded = accounts.IsNobody,
            Language = await language, Languages = locale.Languages(),
            Keyboard = await keyboard, Keyboards = KeyboardLayouts.Read(root),
            TimeZone = await zone, TimeZones = await zones,
        };
        return [JsonSerializer.Serialize(choices, FirstBootJson.Default.FirstBootChoices)];
    }

    // Not cancelled by a caller who left: half an account is none.
    private async Task CreateAsync(BusCall call)
    {
        await accounts.MakeFirstAsync(call.Values.Get<string>(0).Trim(), call.Values.Get<string>(1), call.Values.Get<string>(2), CancellationToken.None);
        await managers.SetAsync(isNeeded: false, CancellationToken.None);
        Journal.Write($"the first account was made: {call.Values.Get<string>(1)}");
    }

    private async Task WhenAllowedAsync(BusCall call, Func<Task> act)
    {
        await RequireAsync(call);
        if (!accounts.IsNobody)
        {
            throw new BananaException(ExitCode.Denied, "somebody has an account on this machine already", next: "log in, and use System Settings");
        }

        await act();
    }

    private async Task RequireAsync(BusCall call)
    {
        var caller = (await call.GetPeerAsync()).UserId;
        if (caller != 0 && caller != allowed())
        {
            throw new BusException(BusErrors.AccessDenied, $"user {caller} may not do this", next: "log in, and use System Settings");
        }
    }
}
