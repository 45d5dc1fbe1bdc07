// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Definition;
using Banana.Definition.Model;
using Banana.Foundation.Errors;

namespace Banana.Tests.Unit.Definition;

/// <summary>banana.local.yaml.</summary>
public sealed class LocalConfigurationTests : IDisposable
{
    private readonly DefinitionFolder folder = new();

    public void Dispose() => folder.Dispose();

    private LocalConfiguration Load(string? text, params (string Name, string Value)[] environment)
    {
        if (text is not null)
        {
            folder.Write("banana.local.yaml", text);
        }

        var variables = environment.ToDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal);
        return LocalConfigurationLoader.Load(Path.Combine(folder.Root, "banana.local.yaml"), variables.GetValueOrDefault);
    }

    [Fact]
    public void Without_a_file_everything_has_its_default()
    {
        var local = Load(null, ("HOME", "/home/a"));
        Assert.Equal("/home/a/.cache/banana", local.Cache);
        Assert.Empty(local.Mirrors);
        Assert.Equal(8, local.ParallelDownloads);
        Assert.Equal((null, null, null), (local.Proxy, local.Locale, local.File));
    }

    [Fact]
    public void Everything_in_the_file_is_read()
    {
        var local = Load(
            """
            mirrors: { debian: http://mirror.lan/debian/ }
            proxy: http://proxy.lan:3128
            locale: de_DE.UTF-8
            parallel-downloads: 2
            cache: ~/fast/banana
            """,
            ("HOME", "/home/a"));
        Assert.Equal("http://mirror.lan/debian", local.Mirrors["debian"]);
        Assert.Equal(("http://proxy.lan:3128", "de_DE.UTF-8", 2, "/home/a/fast/banana"), (local.Proxy, local.Locale, local.ParallelDownloads, local.Cache));
    }

    [Fact]
    public void The_cache_is_taken_from_the_environment_then_the_file_then_xdg()
    {
        Assert.Equal("/b", Load("cache: /f\n", ("HOME", "/h"), ("XDG_CACHE_HOME", "/x"), ("BANANA_CACHE", "/b")).Cache);
        Assert.Equal("/f", Load("cache: /f\n", ("HOME", "/h"), ("XDG_CACHE_HOME", "/x")).Cache);
        Assert.Equal(Path.Combine(folder.Root, "below"), Load("cache: below\n", ("HOME", "/h")).Cache);
        File.Delete(Path.Combine(folder.Root, "banana.local.yaml"));
        Assert.Equal("/x/banana", Load(null, ("HOME", "/h"), ("XDG_CACHE_HOME", "/x")).Cache);
    }

    [Theory]
    [InlineData("mirror: {}", "1:1", "unknown key of the local configuration 'mirror'; did you mean 'mirrors'?")]
    [InlineData("mirrors: [a]", "1:10", "'mirrors' must be a mapping from names to text, not a list")]
    [InlineData("mirrors:\n  debian: nowhere", "2:11", "'mirrors' must be an address that begins with http://, https:// or file://, not 'nowhere'")]
    [InlineData("proxy: socks5://a", "1:8", "'proxy' must be an address that begins with http:// or https://, not 'socks5://a'")]
    [InlineData("parallel-downloads: 0", "1:21", "'parallel-downloads' must be a whole number from 1 to 64, not '0'")]
    public void A_mistake_is_refused_where_it_is(string text, string place, string says) =>
        folder.AssertRefused(Assert.Throws<BananaException>(() => Load(text)), $"banana.local.yaml:{place}", says);

    [Fact]
    public void Mirrors_take_the_place_of_the_definitions()
    {
        var os = DefinitionLoader.Load(folder.Root);
        var applied = LocalConfigurationLoader.Apply(os, Load("mirrors: { debian: http://mirror.lan/d }"));
        Assert.Equal("http://mirror.lan/d", applied.Bases["debian"].Mirror);
        Assert.Equal(os.Bases["arch"].Mirror, applied.Bases["arch"].Mirror);
    }

    [Fact]
    public void A_mirror_for_a_base_that_is_not_there_is_refused()
    {
        var os = DefinitionLoader.Load(folder.Root);
        var local = Load("mirrors: { debain: http://mirror.lan/d }");
        folder.AssertRefused(Assert.Throws<BananaException>(() => LocalConfigurationLoader.Apply(os, local)), "banana.local.yaml", "unknown base in 'mirrors' 'debain'; did you mean 'debian'?");
    }
}
