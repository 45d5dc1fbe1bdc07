// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using static Banana.Definition.Schemas.ValueKind;

namespace Banana.Definition.Schemas;

/// <summary>The schema of every file of a definition. <c>docs/definition.md</c> explains each key; a test compares the two.</summary>
internal static class DefinitionSchemas
{
    /// <summary>The newest format of a definition that we read.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The plug-ins for bases.</summary>
    public static readonly IReadOnlyList<string> Plugins = ["debian", "arch", "tree"];

    /// <summary>Our own programs for devices.</summary>
    public static readonly IReadOnlyList<string> Programs = ["bananad"];

    /// <summary>os-release(5).</summary>
    public static readonly Schema Identity = new(
        "the identity",
        new("id", Text, Required: true, Rule: TextRules.Name),
        new("name", Text, Required: true, Rule: TextRules.Line),
        new("default-hostname", Text, Required: true, Rule: TextRules.HostName),
        new("home-url", Text, Rule: TextRules.Address),
        new("documentation-url", Text, Rule: TextRules.Address),
        new("support-url", Text, Rule: TextRules.Address),
        new("bug-report-url", Text, Rule: TextRules.Address),
        new("logo", Text, Rule: TextRules.Line),
        new("ansi-color", Text, Rule: TextRules.Line),
        new("release-index", Number, Minimum: 1),
        new("minimum-release-index", Number, Minimum: 0));

    /// <summary>banana.yaml.</summary>
    public static readonly Schema Os = new(
        "the definition",
        new("format", Number, Required: true, Minimum: 1, Maximum: CurrentFormat),
        new("identity", Map, Required: true, Of: Identity));

    /// <summary>A suite of a base.</summary>
    public static readonly Schema Suite = new(
        "a suite",
        new Key("components", TextList, Required: true, Rule: TextRules.ForeignName));

    /// <summary>bases/NAME.yaml.</summary>
    public static readonly Schema Base = new(
        "a base",
        new("plugin", Text, Required: true, Rule: TextRules.OneOf(Plugins)),
        new("architecture", Text, Required: true, Rule: TextRules.OneOf("x86-64", "arm64")),
        new("mirror", Text, Rule: TextRules.Address),
        new("archive", Text, Rule: TextRules.Archive),
        new("suites", MapByName, Of: Suite, Names: TextRules.ForeignName),
        new("keyring", Text, Rule: TextRules.PathInside),
        new("check-valid-until", Flag),
        new("assume-provided", TextList, Rule: TextRules.ForeignName),
        new("source", Text, Rule: TextRules.Line));

    /// <summary>packages/NAME.yaml.</summary>
    public static readonly Schema PackageSet = new(
        "a package set",
        new("summary", Text, Required: true, Rule: TextRules.Line),
        new("includes", TextList, Rule: TextRules.Name),
        new("packages", TextListByName, Names: TextRules.OneOf(Plugins), Rule: TextRules.ForeignName));

    /// <summary>The units of an edition.</summary>
    public static readonly Schema Units = new(
        "'units'",
        new("enable", TextList, Rule: TextRules.Unit),
        new("disable", TextList, Rule: TextRules.Unit),
        new("mask", TextList, Rule: TextRules.Unit),
        new("user-enable", TextList, Rule: TextRules.Unit),
        new("default-target", Text, Rule: TextRules.Target));

    /// <summary>What an edition removes.</summary>
    public static readonly Schema Remove = new(
        "a rule of 'remove'",
        new("pattern", Text, Required: true, Rule: TextRules.TreePath),
        new("reason", Text, Required: true, Rule: TextRules.Line));

    /// <summary>What an edition writes anew.</summary>
    public static readonly Schema Replace = new(
        "a rule of 'replace'",
        new("file", Text, Required: true, Rule: TextRules.TreePath),
        new("text", Text, Required: true, Rule: TextRules.Expression),
        new("with", Text, Required: true, Rule: TextRules.Line),
        new("reason", Text, Required: true, Rule: TextRules.Line));

    /// <summary>How the image of an edition is packed.</summary>
    public static readonly Schema Image = new(
        "'image'",
        new("compressor", Text, Required: true, Rule: TextRules.Compressor),
        new("cluster-size", Number, Required: true, Minimum: 4096, Maximum: 1048576));

    /// <summary>editions/NAME.yaml.</summary>
    public static readonly Schema Edition = new(
        "an edition",
        new("extends", Text, Rule: TextRules.Name),
        new("abstract", Flag),
        new("title", Text, Rule: TextRules.Line),
        new("base", Text, Rule: TextRules.Name),
        new("suite", Text, Rule: TextRules.ForeignName),
        new("sets", TextList, Rule: TextRules.Name),
        new("programs", TextList, Rule: TextRules.OneOf(Programs)),
        new("apps", TextList, Rule: TextRules.Name),
        new("languages", TextList, Rule: TextRules.Language),
        new("units", Map, Of: Units),
        new("overlays", TextList, Rule: TextRules.PathInside),
        new("command-line", TextList, Rule: TextRules.Word),
        new("remove", MapList, Of: Remove),
        new("replace", MapList, Of: Replace),
        new("partitions", Text, Rule: TextRules.PathInside),
        new("initrd", Text, Rule: TextRules.PathInside),
        new("image", Map, Of: Image));

    /// <summary>initrd.yaml.</summary>
    public static readonly Schema Initrd = new(
        "an initrd",
        new("files", TextList, Required: true, Rule: TextRules.TreePath),
        new("optional-files", TextList, Rule: TextRules.TreePath),
        new("modules", TextList, Required: true, Rule: TextRules.Module),
        new("optional-modules", TextList, Rule: TextRules.Module),
        new("overlay", Text, Required: true, Rule: TextRules.PathInside));

    /// <summary>banana.local.yaml.</summary>
    public static readonly Schema Local = new(
        "the local configuration",
        new("mirrors", TextByName, Rule: TextRules.Address),
        new("proxy", Text, Rule: TextRules.Proxy),
        new("locale", Text, Rule: TextRules.ForeignName),
        new("parallel-downloads", Number, Minimum: 1, Maximum: 64),
        new("cache", Text, Rule: TextRules.Line));
}
