// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Runtime.InteropServices;

namespace Banana.Control.Notices;

/// <summary>
/// Texts in the language of the session, by the C library's gettext: so they are in the catalog of the page of System Settings, and the person's choice of
/// languages (<c>LANGUAGE</c>, <c>LANG</c>, as Plasma sets them) is read as everywhere else. The runtime itself has no languages (InvariantGlobalization).
/// </summary>
internal sealed partial class Translations
{
    /// <summary>The catalog of the page System Update (apps/updates/po): a text that both have is translated once.</summary>
    public const string Domain = "kcm_banana_updates";

    /// <summary>Where catalogs are.</summary>
    public const string Folder = "/usr/share/locale";

    // What separates a context from its text in a catalog (gettext manual, "Contexts").
    private const char AfterContext = '\u0004';
    private const int Messages = 5; // LC_MESSAGES

    /// <summary>Takes the language of the environment.</summary>
    /// <param name="folder">Where catalogs are.</param>
    public Translations(string folder = Folder)
    {
        // Where that locale is not installed it stays "C", and texts stay English. Only the language: numbers of other libraries are not to change.
        _ = setlocale(Messages, string.Empty);
        _ = bindtextdomain(Domain, folder);
        _ = bind_textdomain_codeset(Domain, "UTF-8");
    }

    /// <summary>A text in the language of the session, or as it is where there is no translation.</summary>
    /// <param name="context">What it is for (KDE's "@info", "@action:button").</param>
    /// <param name="text">The English text, with <c>%1</c>, <c>%2</c>… for values.</param>
    /// <param name="values">The values.</param>
    public string Say(string context, string text, params IReadOnlyList<string> values)
    {
        // Where there is no translation gettext returns the very pointer it was given, which a marshaller would have freed.
        var key = Marshal.StringToCoTaskMemUTF8(context + AfterContext + text);
        try
        {
            var found = dgettext(Domain, key);
            var said = found == key ? text : Marshal.PtrToStringUTF8(found) ?? text;
            for (var number = values.Count; number > 0; number--)
            {
                said = said.Replace($"%{number}", values[number - 1], StringComparison.Ordinal);
            }

            return said;
        }
        finally
        {
            Marshal.FreeCoTaskMem(key);
        }
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint setlocale(int category, string locale);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint bindtextdomain(string domain, string folder);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint bind_textdomain_codeset(string domain, string codeset);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint dgettext(string domain, nint text);
}
