// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Banana.Tests.Unit.House;

/// <summary>Which project may refer to which.</summary>
public sealed partial class ReferenceTests
{
    // Project, and what it may refer to. docs/ARCHITECTURE.md has the same table with the reasons.
    private static readonly Dictionary<string, string[]> Permitted = new(StringComparer.Ordinal)
    {
        ["Banana.Foundation"] = [],
        ["Banana.Formats"] = ["Banana.Foundation"],
        ["Banana.Tuf"] = [],
        ["Banana.Definition"] = ["Banana.Foundation"],
        ["Banana.Bases"] = ["Banana.Foundation", "Banana.Formats", "Banana.Definition"],
        ["Banana.Workbench"] = ["Banana.Foundation", "Banana.Definition", "Banana.Bases"],
        ["Banana.Forge"] = ["Banana.Foundation", "Banana.Formats", "Banana.Definition", "Banana.Bases", "Banana.Workbench"],
        ["Banana.Vm"] = ["Banana.Foundation", "Banana.Formats"],
        ["Banana.Qa"] = ["Banana.Foundation", "Banana.Formats", "Banana.Vm", "Banana.Device"],
        ["Banana.Qa.Agent"] = ["Banana.Foundation", "Banana.Bus"],
        ["Banana.Releases"] = ["Banana.Foundation", "Banana.Formats", "Banana.Tuf"],
        ["Banana.Serving"] = ["Banana.Foundation", "Banana.Releases"],
        ["Banana.Updates"] = ["Banana.Foundation", "Banana.Formats", "Banana.Tuf", "Banana.Releases"],
        ["Banana.Device"] = ["Banana.Foundation", "Banana.Formats", "Banana.Tuf", "Banana.Releases", "Banana.Updates"],
        ["Banana.Control"] = ["Banana.Foundation", "Banana.Formats", "Banana.Bus", "Banana.Device"],
        ["Banana.Daemon"] = ["Banana.Foundation", "Banana.Formats", "Banana.Tuf", "Banana.Releases", "Banana.Updates", "Banana.Bus", "Banana.Device", "Banana.Control"],
        ["Banana.Cli"] = ["Banana.Foundation", "Banana.Formats", "Banana.Tuf", "Banana.Definition", "Banana.Bases", "Banana.Workbench", "Banana.Forge", "Banana.Vm", "Banana.Qa", "Banana.Releases", "Banana.Serving", "Banana.Updates", "Banana.Device"],
        ["Banana.Bus"] = ["Banana.Foundation"],
        ["Banana.Tuf.Client"] = ["Banana.Tuf"],
    };

    // Packages that programs and libraries may use; what runs on a device has as few as it can.
    private static readonly Dictionary<string, string[]> PermittedPackages = new(StringComparer.Ordinal)
    {
        ["Banana.Definition"] = ["YamlDotNet"],
        ["Banana.Cli"] = ["System.CommandLine"],
        ["Banana.Control"] = ["System.CommandLine"],
    };

    public static TheoryData<string> Projects => [.. ProjectFiles().Select(path => Path.GetFileNameWithoutExtension(path))];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_refers_only_to_what_its_layer_may(string project)
    {
        Assert.True(Permitted.ContainsKey(project), $"{project} is new: add it to the table here and in docs/ARCHITECTURE.md");
        var file = XDocument.Load(ProjectFiles().Single(path => Path.GetFileNameWithoutExtension(path) == project));
        Assert.Empty(Included(file, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path)).Except(Permitted[project], StringComparer.Ordinal));
        Assert.Empty(Included(file, "PackageReference").Except(PermittedPackages.GetValueOrDefault(project, []), StringComparer.Ordinal));
    }

    [Fact]
    public void Every_project_of_the_table_is_there() =>
        Assert.Equal(Permitted.Keys.Order(StringComparer.Ordinal), ProjectFiles().Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal));

    [Fact]
    public void The_table_of_the_documentation_is_the_same()
    {
        Dictionary<string, string[]> rows = new(StringComparer.Ordinal);
        foreach (var match in SourceFiles.Lines("docs/ARCHITECTURE.md").Select(line => Row().Match(line)).Where(match => match.Success))
        {
            rows[match.Groups["project"].Value] = match.Groups["may"].Value.Trim() switch
            {
                "nothing of ours" => [],
                "all of the above" => [.. rows.Keys],
                var names => [.. names.Split(", ").Select(name => $"Banana.{name}")],
            };
        }

        Assert.Equal(Permitted.Keys.Order(StringComparer.Ordinal), rows.Keys.Order(StringComparer.Ordinal));
        Assert.All(Permitted, pair => Assert.Equal(pair.Value, rows[pair.Key]));
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = XDocument.Load(Path.Combine(Checkout.Root, "Banana.slnx")).Descendants("Project").Select(project => project.Attribute("Path")!.Value);
        var there = SourceFiles.All().Where(file => file.EndsWith(".csproj", StringComparison.Ordinal));
        Assert.Equal(there.Order(StringComparer.Ordinal), solution.Order(StringComparer.Ordinal));
    }

    private static string[] ProjectFiles() => Directory.GetFiles(Path.Combine(Checkout.Root, "src"), "*.csproj", SearchOption.AllDirectories);

    private static IEnumerable<string> Included(XDocument project, string item) => project.Descendants(item).Select(element => element.Attribute("Include")!.Value);

    [GeneratedRegex(@"^\| `src/(?<project>Banana\.[A-Za-z.]+)` \|[^|]*\|(?<may>[^|]*)\|", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Row();
}
