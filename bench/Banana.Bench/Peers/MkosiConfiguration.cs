// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text;
using Banana.Definition.Model;

namespace Banana.Bench.Peers;

/// <summary>
/// Says in mkosi's words what an edition says in ours: the same packages from the same mirror, the same removals, overlays and
/// partitions (mkosi(1), repart.d(5)). What mkosi has no words for is listed in bench/README.md.
/// </summary>
/// <param name="edition">The edition.</param>
/// <param name="folder">The folder that everything of mkosi is in.</param>
/// <param name="epoch">The SOURCE_DATE_EPOCH.</param>
internal sealed class MkosiConfiguration(Edition edition, MkosiFolder folder, long epoch)
{
    private const string Sources = "sandbox/etc/apt/sources.list.d/mkosi.sources";

    /// <summary>The files of the configuration, by their path in its folder.</summary>
    public IReadOnlyDictionary<string, string> Compose()
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["mkosi.conf"] = Main(),
            [Sources] = $"Types: deb\nURIs: {edition.Base.Mirror}\nSuites: {edition.Suite.Name}\nComponents: {string.Join(' ', edition.Suite.Components)}\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n",
        };
        foreach (var path in Directory.GetFiles(edition.Partitions, "*.conf").Order(StringComparer.Ordinal))
        {
            files["repart/" + Path.GetFileName(path)] = Partition(Path.GetFileNameWithoutExtension(path), File.ReadAllText(path));
        }

        return files;
    }

    /// <summary>The patterns that a pattern with alternatives stands for: Python's glob has no braces.</summary>
    internal static IEnumerable<string> ExpandBraces(string pattern)
    {
        // /usr/{bin,sbin}/update-alternatives
        var open = pattern.IndexOf('{', StringComparison.Ordinal);
        var close = open < 0 ? -1 : pattern.IndexOf('}', open);
        return close < 0 ? [pattern] : pattern[(open + 1)..close].Split(',').SelectMany(word => ExpandBraces(pattern[..open] + word + pattern[(close + 1)..]));
    }

    private string Main()
    {
        var text = new StringBuilder();
        Section("Distribution");
        Set("Distribution", edition.Base.Plugin);
        Set("Release", edition.Suite.Name);
        Set("Architecture", edition.Base.Architecture);
        Section("Build");
        Set("ToolsTree", "no");
        Set("PackageCacheDirectory", folder.Packages);
        Set("WorkspaceDirectory", folder.Work);
        Set("SandboxTrees", folder.Configuration + "/sandbox");
        Set("History", "no");
        // The cluster size has no word of its own in repart.d(5).
        Set("Environment", $"SYSTEMD_REPART_MKFS_OPTIONS_EROFS=-C{edition.Image.ClusterSize}");
        Section("Output");
        Set("Format", "disk");
        Set("ManifestFormat", "json");
        Set("Output", MkosiFolder.Name);
        Set("OutputDirectory", folder.Output);
        Set("RepartDirectories", folder.Configuration + "/repart");
        Section("Content");
        Set("Packages", edition.Packages);
        Set("WithDocs", "no");
        Set("WithRecommends", "no");
        Set("Bootable", "yes");
        Set("Bootloader", "systemd-boot");
        Set("UnifiedKernelImages", "unsigned");
        // The modules that mkosi-initrd names; without this all modules of the kernel go into the initrd.
        Set("KernelInitrdModules", "default");
        Set("KernelCommandLine", edition.CommandLine);
        Set("CleanPackageMetadata", "yes");
        Set("SourceDateEpoch", epoch.ToString());
        Set("ExtraTrees", edition.Overlays);
        Set("RemoveFiles", edition.Remove.SelectMany(rule => ExpandBraces(rule.Pattern)));
        return text.ToString();

        void Section(string name) => text.Append($"[{name}]\n");

        void Set(string name, params IEnumerable<string> values) => text.Append($"{name}={string.Join("\n        ", values)}\n");
    }

    /// <summary>A partition's definition: as it is in ours, but filled by repart itself, which is mkosi's way.</summary>
    private string Partition(string name, string ours)
    {
        var (algorithm, level) = edition.Image.Compressor.Split(',') is [var a, var l] ? (a, l) : (edition.Image.Compressor, null);
        return name switch
        {
            "10-esp" => ours + "Format=vfat\nCopyFiles=/boot:/\nCopyFiles=/efi:/\n",
            "20-usr-a" => $"[Partition]\nType=usr\nFormat=erofs\nCompression={algorithm}\n{(level is null ? string.Empty : $"CompressionLevel={level}\n")}CopyFiles=/usr:/\nVerity=data\nVerityMatchKey=usr\nMinimize=best\n",
            "21-usr-a-verity" => "[Partition]\nType=usr-verity\nVerity=hash\nVerityMatchKey=usr\nMinimize=best\n",
            _ => ours,
        };
    }
}

/// <summary>Where mkosi keeps what.</summary>
/// <param name="Root">The folder that all others are in.</param>
internal sealed record MkosiFolder(string Root)
{
    /// <summary>The name of the image.</summary>
    public const string Name = "bench";

    /// <summary>The configuration.</summary>
    public string Configuration => Path.Combine(Root, "configuration");

    /// <summary>Downloaded packages.</summary>
    public string Packages => Path.Combine(Root, "packages");

    /// <summary>The indexes of packages, and the images that incremental builds begin with.</summary>
    public string Cache => Path.Combine(Root, "cache");

    /// <summary>The indexes of packages, for builds that begin with nothing.</summary>
    public string CleanCache => Path.Combine(Root, "cache-clean");

    /// <summary>Trees in the making.</summary>
    public string Work => Path.Combine(Root, "work");

    /// <summary>The results.</summary>
    public string Output => Path.Combine(Root, "output");

    /// <summary>Its /etc.</summary>
    public string Settings => Path.Combine(Root, "etc");

    /// <summary>Its /var/tmp.</summary>
    public string Temporary => Path.Combine(Root, "tmp");
}
