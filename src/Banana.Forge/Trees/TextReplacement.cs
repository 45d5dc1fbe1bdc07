// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text.RegularExpressions;
using Banana.Definition.Model;
using Banana.Foundation.Errors;

namespace Banana.Forge.Trees;

/// <summary>Writes texts of a tree anew where a package says something that is not true of the product, and offers no setting for it.</summary>
public static class TextReplacement
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Applies rules, in their order.</summary>
    /// <param name="tree">The tree. Its files may have second names elsewhere: a changed one gets a content of its own.</param>
    /// <param name="rules">The rules.</param>
    /// <returns>What was done, for the build log.</returns>
    /// <exception cref="BananaException">A rule finds no file, or not its text: a package changed, and the rule would be silently without effect.</exception>
    public static IReadOnlyList<string> Apply(StagedTree tree, IReadOnlyList<ReplaceRule> rules)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(rules);
        return [.. rules.SelectMany(rule => Apply(tree, rule))];
    }

    private static IEnumerable<string> Apply(StagedTree tree, ReplaceRule rule)
    {
        var files = TreeGlob.Find(tree.Root, rule.File);
        if (files.Count == 0)
        {
            throw new BananaException(ExitCode.BadInput, "no file matches this rule of 'replace'", rule.File, "correct it, or take it out of the edition");
        }

        Regex text = new(rule.Text, RegexOptions.Multiline | RegexOptions.CultureInvariant, Patience);
        foreach (var file in files)
        {
            var before = tree.ReadText(file) ?? string.Empty;
            var places = text.Count(before);
            if (places == 0)
            {
                throw new BananaException(ExitCode.BadInput, $"nothing in this file matches '{rule.Text}' of a rule of 'replace'", file, "the package has another text now: correct the rule, or take it out of the edition");
            }

            tree.WriteText(file, text.Replace(before, rule.With.Replace("$", "$$", StringComparison.Ordinal)));
            yield return $"replaced {places} of '{rule.Text}' in {file}: {rule.Reason}";
        }
    }
}
