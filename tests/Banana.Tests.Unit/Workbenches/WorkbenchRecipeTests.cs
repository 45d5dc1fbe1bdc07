// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Foundation.Errors;
using Banana.Workbenches;

namespace Banana.Tests.Unit.Workbenches;

public sealed class WorkbenchRecipeTests
{
    private const string Text = """
        summary: tools
        plugin: debian
        architecture: x86-64
        mirror: http://mirror.example/debian
        suite: forky
        components: [main]
        keyring: ../keyrings/debian.gpg
        checkValidUntil: false
        packages:
          - zstd
          - apt
          - zstd
        """;

    private static WorkbenchRecipe Parse(string text = Text) => WorkbenchRecipe.Parse(text, "/os/workbench/tools.yaml");

    [Fact]
    public void Recipe_arrives()
    {
        var recipe = Parse();
        Assert.Equal("tools", recipe.Name);
        Assert.Equal(["apt", "zstd"], recipe.Packages);
        Assert.Equal("/os/keyrings/debian.gpg", recipe.Base.Keyring);
        Assert.Equal("/os/workbench/tools.lock.json", recipe.Lockfile);
        Assert.False(recipe.Base.CheckValidUntil);
        Assert.Null(recipe.Base.Archive);
    }

    [Theory]
    [InlineData("summary: tools", "sumary: tools", "'summary' is missing")]
    [InlineData("suite: forky", "suite: [forky]", "tools.yaml:5: 'suite' must be a text")]
    [InlineData("components: [main]", "components: main", "tools.yaml:6: 'components' must be a list")]
    [InlineData("checkValidUntil: false", "checkvaliduntil: false", "tools.yaml:8: unknown key 'checkvaliduntil'")]
    [InlineData("packages:", "packages", "tools.yaml:")]
    public void Bad_recipe_is_refused_with_file_and_line(string what, string with, string says)
    {
        var error = Assert.Throws<BananaException>(() => Parse(Text.Replace(what, with, StringComparison.Ordinal)));
        Assert.Equal(ExitCode.BadInput, error.Code);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_workbench_names_the_known_ones()
    {
        using var directory = new TemporaryFolder();
        File.WriteAllText(directory["tools.yaml"], Text);
        var error = Assert.Throws<BananaException>(() => WorkbenchRecipe.Load(directory.Path, "tool"));
        Assert.Contains("use one of: tools", error.Message, StringComparison.Ordinal);
        Assert.Equal("http://other", WorkbenchRecipe.Load(directory.Path, "tools", "http://other").Base.Mirror);
    }
}
