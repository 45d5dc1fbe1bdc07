// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text.RegularExpressions;
using Banana.Definition.Schemas;
using Banana.Foundation.Errors;

namespace Banana.Tests.Unit.House;

/// <summary>Documentation that says what the code says.</summary>
public sealed partial class DocumentationTests
{
    private static readonly Schema[] Schemas = [DefinitionSchemas.Os, DefinitionSchemas.Base, DefinitionSchemas.PackageSet, DefinitionSchemas.Edition, DefinitionSchemas.Initrd, DefinitionSchemas.Local];

    [Fact]
    public void Exit_codes_are_those_of_the_documentation()
    {
        var documented = SourceFiles.Lines("docs/exit-codes.md").Select(line => CodeRow().Match(line)).Where(match => match.Success)
            .Select(match => $"{match.Groups["code"].Value} {match.Groups["name"].Value}");
        Assert.Equal(Enum.GetValues<ExitCode>().Select(code => $"{(int)code} {code}"), documented);
    }

    [Fact]
    public void Every_key_of_the_definition_is_documented()
    {
        var text = string.Join('\n', SourceFiles.Lines("docs/definition.md"));
        var missing = Schemas.SelectMany(KeysOf).Where(key => !text.Contains($"`{key}`", StringComparison.Ordinal)).ToList();
        Assert.Empty(missing);
    }

    [Fact]
    public void Every_documented_key_is_known()
    {
        var known = Schemas.SelectMany(KeysOf).ToHashSet(StringComparer.Ordinal);
        var documented = SourceFiles.Lines("docs/definition.md").Select(line => KeyRow().Match(line)).Where(match => match.Success).Select(match => match.Groups["key"].Value).ToList();
        Assert.NotEmpty(documented);
        Assert.Empty(documented.Except(known, StringComparer.Ordinal));
    }

    [Fact]
    public void Every_test_that_the_threat_model_names_is_there()
    {
        var tests = string.Join('\n', SourceFiles.CSharp().Where(file => file.StartsWith("tests/Banana.Tests.Unit/Tuf/", StringComparison.Ordinal)).SelectMany(SourceFiles.Lines));
        var named = TestName().Matches(string.Join('\n', SourceFiles.Lines("docs/trust.md"))).Select(match => match.Groups["name"].Value).ToList();
        Assert.True(named.Count > 20);
        Assert.All(named, name => Assert.Contains($" {name}(", tests, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData(".ci/run")]
    [InlineData("CONTRIBUTING.md")]
    public void The_command_for_all_tests_is_the_same_everywhere(string file) =>
        Assert.Contains(SourceFiles.Lines(file), line => line.Contains("./banana test ", StringComparison.Ordinal));

    private static IEnumerable<string> KeysOf(Schema schema) => schema.Keys.SelectMany(key => KeysOf(key).Prepend(key.Name));

    private static IEnumerable<string> KeysOf(Key key) => key.Of is null ? [] : KeysOf(key.Of);

    [GeneratedRegex(@"^\| (?<code>\d+) \| (?<name>\w+) \|", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex CodeRow();

    [GeneratedRegex(@"`([A-Za-z]+\.)?(?<name>[A-Z][A-Za-z]*_[A-Za-z_]+)`", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex TestName();

    [GeneratedRegex(@"^\| `(?<key>[a-z-]+)` \|", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex KeyRow();
}
