// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text;
using Banana.Forge.Build;
using Banana.Formats.Release;
using Banana.Foundation.Progress;

namespace Banana.Cli.Build;

/// <summary>What a build came to, for people.</summary>
internal static class BuildText
{
    /// <summary>A few lines: the parts with their sizes, how long it took, and what to do next.</summary>
    public static string Compose(BuildResult result)
    {
        var manifest = result.Manifest;
        var text = new StringBuilder();
        text.Append($"{manifest.Id} {manifest.Edition} {manifest.Version} in {result.Folder} ({result.Seconds:0.0} s, {result.Packages.Packages.Count} packages)\n");
        foreach (var part in manifest.Parts)
        {
            text.Append($"  {ReleaseDirectory.NameOf(part.Role),-12} {ByteSize.Format(part.Size),10}  {part.Sha256[..12]}  {part.File}\n");
        }

        return text.Append("next: ./banana vm").ToString();
    }
}
