// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Globalization;
using System.Text;
using Banana.Definition.Model;

namespace Banana.Forge.Trees;

/// <summary>The file that says who the system is (os-release(5)).</summary>
public static class OsRelease
{
    /// <summary>Its text for a release of an edition.</summary>
    /// <param name="edition">The edition.</param>
    /// <param name="version">The version of the release; null for the initrd, which is the same for all versions.</param>
    public static string Compose(Edition edition, string? version)
    {
        var identity = edition.Identity;
        var text = new StringBuilder();
        Add("ID", identity.Id);
        Add("NAME", identity.Name);
        Add("PRETTY_NAME", version is null ? $"{identity.Name} {edition.Title} (initrd)" : $"{identity.Name} {edition.Title} {version}");
        Add("VERSION_ID", version);
        Add("VARIANT", edition.Title);
        Add("VARIANT_ID", edition.Name);
        Add("IMAGE_ID", version is null ? null : identity.Id);
        Add("IMAGE_VERSION", version);
        Add("RELEASE_INDEX", version is null ? null : identity.ReleaseIndex.ToString(CultureInfo.InvariantCulture));
        Add("DEFAULT_HOSTNAME", identity.DefaultHostname);
        Add("HOME_URL", identity.HomeUrl);
        Add("DOCUMENTATION_URL", identity.DocumentationUrl);
        Add("SUPPORT_URL", identity.SupportUrl);
        Add("BUG_REPORT_URL", identity.BugReportUrl);
        Add("LOGO", identity.Logo);
        Add("ANSI_COLOR", identity.AnsiColor);
        return text.ToString();

        void Add(string key, string? value)
        {
            if (value is not null)
            {
                // Shell-compatible assignments: quoted, with the characters escaped that double quotes leave special.
                var escaped = new StringBuilder();
                foreach (var c in value)
                {
                    escaped.Append(c is '"' or '\\' or '$' or '`' ? "\\" : string.Empty).Append(c);
                }

                text.Append($"{key}=\"{escaped}\"\n");
            }
        }
    }
}
