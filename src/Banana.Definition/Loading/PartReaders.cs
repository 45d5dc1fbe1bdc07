// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Definition.Model;
using Banana.Definition.Schemas;
using Banana.Definition.Yaml;

namespace Banana.Definition.Loading;

/// <summary>Turns checked mappings into the parts of the model.</summary>
internal static class PartReaders
{
    /// <summary>Reads the identity.</summary>
    public static Identity ReadIdentity(Mapping map) => new()
    {
        Id = map.RequiredText("id"),
        Name = map.RequiredText("name"),
        DefaultHostname = map.RequiredText("default-hostname"),
        HomeUrl = map.Text("home-url"),
        DocumentationUrl = map.Text("documentation-url"),
        SupportUrl = map.Text("support-url"),
        BugReportUrl = map.Text("bug-report-url"),
        Logo = map.Text("logo"),
        AnsiColor = map.Text("ansi-color"),
        ReleaseIndex = map.Number("release-index", 1),
        MinimumReleaseIndex = map.Number("minimum-release-index", 0) is var minimum && minimum <= map.Number("release-index", 1)
            ? minimum
            : throw Refusal.At(map.AtKey("minimum-release-index"), $"'minimum-release-index' is {minimum}, above the 'release-index' of these releases", "a release must be able to follow itself"),
    };

    /// <summary>Reads a base, and checks that it has what its plug-in needs.</summary>
    public static BaseDefinition ReadBase(string directory, string name, Mapping map)
    {
        var plugin = map.RequiredText("plugin");
        var isTree = plugin == "tree";
        Require(map, plugin, "source", isTree);
        Require(map, plugin, "mirror", !isTree);
        Require(map, plugin, "suites", !isTree);
        if (plugin != "arch") // Arch's keyring is large and changes often: it is fetched when it is needed, not kept in the definition.
        {
            Require(map, plugin, "keyring", !isTree);
        }

        return new BaseDefinition
        {
            Name = name,
            Plugin = plugin,
            Architecture = map.RequiredText("architecture"),
            Mirror = map.Text("mirror")?.TrimEnd('/'),
            Archive = map.Text("archive")?.TrimEnd('/'),
            Suites = isTree ? new Dictionary<string, SuiteDefinition>(StringComparer.Ordinal) { ["tree"] = new() { Name = "tree", Components = [] } }
                : map.MapByName("suites").ToDictionary(pair => pair.Name, pair => new SuiteDefinition { Name = pair.Name, Components = pair.Map.TextList("components") }, StringComparer.Ordinal),
            Keyring = map.Text("keyring") is { } keyring ? Path.Combine(directory, keyring) : null,
            CheckValidUntil = map.Flag("check-valid-until", true),
            AssumeProvided = map.TextList("assume-provided"),
            Source = map.Text("source") is { } source ? Path.GetFullPath(source, directory) : null,
            Location = map.Position,
        };
    }

    /// <summary>Reads a package set.</summary>
    public static PackageSet ReadPackageSet(string name, Mapping map) =>
        map.Has("packages") || map.Has("includes")
            ? new PackageSet
            {
                Name = name,
                Summary = map.RequiredText("summary"),
                Includes = map.TextList("includes"),
                Packages = map.TextListByName("packages"),
                Location = map.AtKey("packages"),
            }
            : throw Refusal.At(map.Position, $"the package set '{name}' brings nothing", "give it 'packages' or 'includes'");

    /// <summary>Reads an edition.</summary>
    public static EditionDefinition ReadEdition(string name, Mapping map) => new()
    {
        Name = name,
        Extends = map.Text("extends"),
        IsAbstract = map.Flag("abstract", false),
        Title = map.Text("title"),
        Base = map.Text("base"),
        Suite = map.Text("suite"),
        Sets = map.TextList("sets"),
        Programs = map.TextList("programs"),
        Apps = map.TextList("apps"),
        Languages = map.TextList("languages"),
        Units = map.Map("units") is { } units ? ReadUnits(units) : new UnitChoices(),
        Overlays = map.TextList("overlays"),
        CommandLine = map.TextList("command-line"),
        Remove = [.. map.MapList("remove").Select(rule => new RemoveRule(rule.RequiredText("pattern"), rule.RequiredText("reason")))],
        Replace = [.. map.MapList("replace").Select(rule => new ReplaceRule(rule.RequiredText("file"), rule.RequiredText("text"), rule.RequiredText("with"), rule.RequiredText("reason")))],
        Partitions = map.Text("partitions"),
        Initrd = map.Text("initrd"),
        Image = map.Map("image") is { } image ? ReadImage(image) : null,
        Location = map.Position,
    };

    /// <summary>Reads what an initrd holds.</summary>
    public static InitrdDefinition ReadInitrd(string directory, Mapping map)
    {
        RequireFolder(directory, map, "overlay");
        return new InitrdDefinition
        {
            Files = map.TextList("files"),
            OptionalFiles = map.TextList("optional-files"),
            Modules = map.TextList("modules"),
            OptionalModules = map.TextList("optional-modules"),
            Overlay = Path.Combine(directory, map.RequiredText("overlay")),
        };
    }

    /// <summary>Checks that the folder that a key names is there.</summary>
    public static void RequireFolder(string directory, Mapping map, string key)
    {
        if (map.Text(key) is { } folder)
        {
            RequireFolder(directory, map.At(key), folder);
        }
    }

    /// <summary>Checks that a folder of the definition is there.</summary>
    public static void RequireFolder(string directory, SourcePosition position, string folder)
    {
        if (!Directory.Exists(Path.Combine(directory, folder)))
        {
            throw Refusal.At(position, $"there is no folder '{folder}' in {SourcePosition.Display(directory)}", "create it, or correct the name");
        }
    }

    private static void Require(Mapping map, string plugin, string key, bool needed)
    {
        if (needed && !map.Has(key))
        {
            throw Refusal.At(map.Position, $"a base of the plug-in '{plugin}' must have the key '{key}'");
        }

        if (!needed && map.Has(key))
        {
            throw Refusal.At(map.AtKey(key), $"a base of the plug-in '{plugin}' has no use for the key '{key}'", "remove it");
        }
    }

    private static UnitChoices ReadUnits(Mapping map)
    {
        var choices = new UnitChoices
        {
            Enable = map.TextList("enable"),
            Disable = map.TextList("disable"),
            Mask = map.TextList("mask"),
            UserEnable = map.TextList("user-enable"),
            DefaultTarget = map.Text("default-target"),
        };
        foreach (var unit in map.Items("disable").Concat(map.Items("mask")))
        {
            if (choices.Enable.Contains(unit.Text, StringComparer.Ordinal))
            {
                throw Refusal.At(unit.Position, $"the unit '{unit.Text}' is enabled by the same edition", "decide for one");
            }
        }

        return choices;
    }

    private static ImageParameters ReadImage(Mapping map)
    {
        var size = map.Number("cluster-size", 0);
        return System.Numerics.BitOperations.IsPow2(size)
            ? new ImageParameters { Compressor = map.RequiredText("compressor"), ClusterSize = size }
            : throw Refusal.At(map.At("cluster-size"), $"'cluster-size' must be a power of two, not '{size}'", "65536 is a good choice");
    }
}
