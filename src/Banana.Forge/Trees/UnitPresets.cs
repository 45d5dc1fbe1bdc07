// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text;
using Banana.Definition.Model;

namespace Banana.Forge.Trees;

/// <summary>What runs on an edition, as a preset file (systemd.preset(5)).</summary>
public static class UnitPresets
{
    /// <summary>The place of the file; its name sorts before all others, so that the first match is ours.</summary>
    public const string Place = "/usr/lib/systemd/system-preset/00-banana.preset";

    /// <summary>The same for the users' own service managers.</summary>
    public const string UserPlace = "/usr/lib/systemd/user-preset/00-banana.preset";

    /// <summary>The text of the file: what is not named does not run.</summary>
    public static string Compose(UnitChoices units) => Compose(units.Disable, units.Enable);

    /// <summary>The text of the file for users.</summary>
    public static string ComposeUser(UnitChoices units) => Compose([], units.UserEnable);

    private static string Compose(IReadOnlyList<string> disable, IReadOnlyList<string> enable)
    {
        var text = new StringBuilder("# Made by the build from the definition: what runs on this edition, and nothing else (systemd.preset(5)).\n");
        foreach (var unit in disable)
        {
            text.Append($"disable {unit}\n");
        }

        foreach (var unit in enable)
        {
            text.Append($"enable {unit}\n");
        }

        return text.Append("disable *\n").ToString();
    }
}
