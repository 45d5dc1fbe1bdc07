// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.IO.Enumeration;
using System.Text.RegularExpressions;

namespace Banana.Tests.Unit.House;

/// <summary>What every file of the checkout keeps to.</summary>
public sealed partial class SourceFileTests
{
    private const int MostLines = 450;

    // The only places that may use what eng/BannedSymbols.txt bans.
    private static readonly string[] OwnersOfBannedSymbols =
    [
        "src/Banana.Cli/Terminal/TerminalOutput.cs", // the console
        "src/Banana.Control/Output.cs", // the console of bananactl
        "src/Banana.Daemon/Journal.cs", // what the service tells
        "src/Banana.Foundation/Processes/ProcessRunner.cs", // processes
        "src/Banana.Tuf.Client/Program.cs", // a console of its own: it depends on nothing but the TUF library
    ];

    [Fact]
    public void Every_source_file_begins_with_the_licence_of_its_folder()
    {
        var wrong = SourceFiles.CSharp().Where(file => SourceFiles.Lines(file) is var lines
            && (lines.Length < 2 || lines[0] != "// SPDX-FileCopyrightText: Banana contributors" || lines[1] != $"// SPDX-License-Identifier: {LicenceOf(file)}"));
        Assert.Empty(wrong);
    }

    [Fact]
    public void Every_other_file_has_a_licence_in_itself_or_in_REUSE_toml()
    {
        var covered = Quoted().Matches(string.Join('\n', SourceFiles.Lines("REUSE.toml").Where(line => line.StartsWith("path", StringComparison.Ordinal)))).Select(match => match.Groups["text"].Value).ToList();
        var without = SourceFiles.All()
            .Where(file => !file.StartsWith("LICENSES/", StringComparison.Ordinal) && !file.EndsWith(".cs", StringComparison.Ordinal))
            .Where(file => !covered.Exists(pattern => Covers(pattern, file)) && !File.ReadLines(Path.Combine(Checkout.Root, file)).Take(10).Any(line => line.Contains("SPDX-License-Identifier: ", StringComparison.Ordinal)));
        Assert.Empty(without);
    }

    [Fact]
    public void Every_licence_that_is_named_is_in_LICENSES()
    {
        var named = SourceFiles.All()
            .Where(file => Path.GetExtension(file) is ".cs" or ".yaml" or ".csproj" or ".props" or ".targets" or ".sh" or ".conf" or ".toml" or "")
            .Where(file => !file.StartsWith("LICENSES/", StringComparison.Ordinal))
            .SelectMany(file => File.ReadLines(Path.Combine(Checkout.Root, file)).Take(10))
            .Select(line => Identifier().Match(line))
            .Where(match => match.Success)
            .Select(match => match.Groups["id"].Value)
            .Distinct(StringComparer.Ordinal);
        Assert.All(named, id => Assert.True(File.Exists(Path.Combine(Checkout.Root, "LICENSES", $"{id}.txt")), id));
    }

    [Fact]
    public void No_source_file_is_too_long()
    {
        var tooLong = SourceFiles.CSharp().Where(file => SourceFiles.Lines(file).Length > MostLines).ToList();
        Assert.Empty(tooLong);
    }

    [Fact]
    public void Only_their_owners_use_what_is_banned()
    {
        const string suppression = "disable " + "RS0030";
        Assert.Equal(OwnersOfBannedSymbols, SourceFiles.CSharp().Where(file => SourceFiles.Lines(file).Any(line => line.Contains(suppression, StringComparison.Ordinal))));
        Assert.DoesNotContain("RS0030", string.Join('\n', SourceFiles.Lines(".editorconfig")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("M:System.Diagnostics.Process.Start(System.Diagnostics.ProcessStartInfo)")]
    [InlineData("P:System.DateTime.UtcNow")]
    [InlineData("M:System.Console.WriteLine(System.String)")]
    public void What_has_one_owner_is_banned_elsewhere(string symbol) =>
        Assert.Contains(SourceFiles.Lines("eng/BannedSymbols.txt"), line => line.StartsWith(symbol + ";", StringComparison.Ordinal));

    private static string LicenceOf(string file) =>
        file.StartsWith("src/", StringComparison.Ordinal) && !file.StartsWith("src/Banana.Cli/", StringComparison.Ordinal) && !file.StartsWith("src/Banana.Tuf.Client/", StringComparison.Ordinal) && !file.StartsWith("src/Banana.Daemon/", StringComparison.Ordinal) && !file.StartsWith("src/Banana.Control/", StringComparison.Ordinal) && !file.StartsWith("src/Banana.Qa.Agent/", StringComparison.Ordinal) ? "LGPL-2.1-or-later" : "GPL-2.0-or-later";

    /// <summary>REUSE's globs: "*" within a name, "**" across folders (https://reuse.software/spec-3.3/#reusetoml).</summary>
    private static bool Covers(string pattern, string file) =>
        FileSystemName.MatchesSimpleExpression(pattern.Replace("**", "*", StringComparison.Ordinal), file, ignoreCase: false)
        && (pattern.Contains("**", StringComparison.Ordinal) || pattern.Count(c => c == '/') == file.Count(c => c == '/'));

    [GeneratedRegex("\"(?<text>[^\"]+)\"", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"^(//|#|<!--|REM)?\s*SPDX-License-Identifier: (?<id>[A-Za-z0-9.-]+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Identifier();
}
