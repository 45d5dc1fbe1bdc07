// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text;
using System.Text.RegularExpressions;
using Banana.Bus;
using Banana.Foundation.Errors;
using Banana.Foundation.Files;

namespace Banana.Daemon.FirstBoot;

/// <summary>Language, keyboard and time zone of the machine, which systemd's own services keep (org.freedesktop.locale1(5), org.freedesktop.timedate1(5)).</summary>
/// <param name="bus">The system bus.</param>
/// <param name="root">The root of the file system; "/" but in tests.</param>
internal sealed partial class SystemLocale(BusConnection bus, string root)
{
    private const string Locale = "org.freedesktop.locale1";
    private const string LocalePath = "/org/freedesktop/locale1";
    private const string Time = "org.freedesktop.timedate1";
    private const string TimePath = "/org/freedesktop/timedate1";

    // Which the desktop is surely translated into where it is translated at all.
    private const string Catalog = "LC_MESSAGES/plasmashell.mo";

    /// <summary>The languages that the desktop is translated into.</summary>
    public IReadOnlyList<string> Languages()
    {
        var folder = Path.Combine(root, "usr/share/locale");
        var translated = Directory.Exists(folder) ? Directory.EnumerateDirectories(folder).Where(language => File.Exists(Path.Combine(language, Catalog))).Select(language => Path.GetFileName(language)) : [];
        return [.. translated.Append("en").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    /// <summary>The language that is set.</summary>
    public async Task<string> LanguageAsync(CancellationToken cancellation) =>
        (await GetAsync(Locale, LocalePath, "Locale", cancellation)).Get<string[]>().FirstOrDefault(word => word.StartsWith("LANG=", StringComparison.Ordinal))?["LANG=".Length..] ?? "C.UTF-8";

    /// <summary>The keyboard that is set.</summary>
    public async Task<string> KeyboardAsync(CancellationToken cancellation) =>
        (await GetAsync(Locale, LocalePath, "X11Layout", cancellation)).Get<string>() is { Length: > 0 } layout ? layout : "us";

    /// <summary>The time zone that is set.</summary>
    public async Task<string> TimeZoneAsync(CancellationToken cancellation) => (await GetAsync(Time, TimePath, "Timezone", cancellation)).Get<string>();

    /// <summary>The time zones that there are.</summary>
    public async Task<IReadOnlyList<string>> TimeZonesAsync(CancellationToken cancellation) =>
        (await bus.CallAsync(Time, TimePath, Time, "ListTimezones", string.Empty, [], new BusCallOptions { Returns = "as" }, cancellation)).Get<string[]>(0);

    /// <summary>Sets the language of the system and of the sessions that begin from now on.</summary>
    public Task SetLanguageAsync(string language, CancellationToken cancellation)
    {
        if (!LocaleName().IsMatch(language))
        {
            throw new BananaException(ExitCode.BadInput, "this is no name of a language such as de_DE.UTF-8", language, "choose one of the list");
        }

        return bus.CallAsync(Locale, LocalePath, Locale, "SetLocale", "asb", [new[] { "LANG=" + language }, false], cancellation: cancellation);
    }

    /// <summary>Sets the keyboard: of the console, of the login manager, and of each session that does not choose another one.</summary>
    public async Task SetKeyboardAsync(string layout, CancellationToken cancellation)
    {
        if (!KeyboardLayouts.Read(root).Any(known => known.Id == layout))
        {
            throw new BananaException(ExitCode.BadInput, "there is no such keyboard", layout, "choose one of the list");
        }

        await bus.CallAsync(Locale, LocalePath, Locale, "SetX11Keyboard", "ssssbb", [layout, "pc105", string.Empty, string.Empty, true, false], cancellation: cancellation);

        // Sessions of Plasma read their own settings only; this is where those begin (KConfig's cascade).
        var file = Path.Combine(root, "etc/xdg/kxkbrc");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await AtomicFile.WriteAsync(file, Encoding.UTF8.GetBytes($"[Layout]\nLayoutList={layout}\nUse=true\n"), cancellation);
    }

    /// <summary>Sets the time zone.</summary>
    public Task SetTimeZoneAsync(string zone, CancellationToken cancellation) => bus.CallAsync(Time, TimePath, Time, "SetTimezone", "sb", [zone, false], cancellation: cancellation);

    private async Task<BusVariant> GetAsync(string service, string path, string property, CancellationToken cancellation) =>
        (await bus.CallAsync(service, path, "org.freedesktop.DBus.Properties", "Get", "ss", [service, property], new BusCallOptions { Returns = "v" }, cancellation)).Get<BusVariant>(0);

    [GeneratedRegex("^([a-z]{2,3}(_[A-Z]{2})?|C)\\.UTF-8(@[a-z]+)?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LocaleName();
}
