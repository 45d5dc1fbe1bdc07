// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Definition.Model;
using Banana.Forge.Trees;
using Banana.Foundation.Errors;
using Banana.Foundation.Files;

namespace Banana.Tests.Unit.Forge;

public sealed class TextReplacementTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly StagedTree tree;

    public TextReplacementTests()
    {
        tree = new StagedTree(Directory.CreateDirectory(At("tree")).FullName);
        Directory.CreateDirectory(At("tree/usr/share/themes"));
        File.WriteAllText(At("kept"), "name = \"Base 14\";\nother = \"Base\";\n");
        UnixFile.HardLink(At("kept"), At("tree/usr/share/themes/a.script"));
    }

    public void Dispose() => folder.Dispose();

    private string At(string name) => Path.Combine(folder.Path, name);

    [Fact]
    public void A_text_is_written_anew_and_files_with_the_same_content_elsewhere_stay()
    {
        var notes = TextReplacement.Apply(tree, [new("/usr/share/themes/*.script", "Base [0-9]+", "Product $1", "its name")]);
        Assert.Equal("name = \"Product $1\";\nother = \"Base\";\n", tree.ReadText("/usr/share/themes/a.script"));
        Assert.Equal("name = \"Base 14\";\nother = \"Base\";\n", File.ReadAllText(At("kept")));
        Assert.Equal(["replaced 1 of 'Base [0-9]+' in /usr/share/themes/a.script: its name"], notes);
    }

    [Fact]
    public void A_rule_without_effect_ends_the_build()
    {
        var text = Assert.Throws<BananaException>(() => TextReplacement.Apply(tree, [new("/usr/share/themes/*.script", "Bass", "x", "a reason")]));
        Assert.StartsWith("/usr/share/themes/a.script: nothing in this file matches 'Bass'", text.Message, StringComparison.Ordinal);
        var file = Assert.Throws<BananaException>(() => TextReplacement.Apply(tree, [new("/usr/share/nothing", "Base", "x", "a reason")]));
        Assert.StartsWith("/usr/share/nothing: no file matches this rule of 'replace'", file.Message, StringComparison.Ordinal);
    }
}
