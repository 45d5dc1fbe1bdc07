// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Definition;
using Banana.Forge.Trees;

namespace Banana.Tests.Unit.Forge;

public sealed class OsReleaseTests
{
    // systemd-boot shows PRETTY_NAME, and sorts by IMAGE_ID and IMAGE_VERSION (Boot Loader Specification, "Type #2").
    [Theory]
    [InlineData("core", "Core")]
    [InlineData("enthusiast", "Enthusiast")]
    [InlineData("stable", "Stable")]
    [InlineData("testing", "Testing")]
    public void A_release_is_named_by_product_edition_and_version(string edition, string title)
    {
        var lines = OsRelease.Compose(EditionResolver.Resolve(DefinitionLoader.Load(Path.Combine(Checkout.Root, "os")), edition), "20261030.1").Split('\n');
        Assert.Contains($"PRETTY_NAME=\"Banana {title} 20261030.1\"", lines);
        Assert.Contains("IMAGE_ID=\"banana\"", lines);
        Assert.Contains("IMAGE_VERSION=\"20261030.1\"", lines);
    }
}
