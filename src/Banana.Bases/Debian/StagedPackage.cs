// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Formats.Tar;

namespace Banana.Bases.Debian;

/// <summary>A file of a package that has been unpacked beside the tree and is not in its place yet.</summary>
/// <param name="Path">The absolute path in the tree.</param>
/// <param name="Type">What it is.</param>
/// <param name="Mode">Its permission bits.</param>
/// <param name="Owner">Its owner.</param>
/// <param name="Group">Its group.</param>
/// <param name="Modified">When it was last changed.</param>
/// <param name="Link">What a symbolic link says, or the absolute path that a hard link is another name of.</param>
/// <param name="Content">Where the contents of a regular file are.</param>
internal sealed record StagedFile(string Path, TarEntryType Type, UnixFileMode Mode, uint Owner, uint Group, DateTime Modified, string? Link, string? Content);

/// <summary>A package that has been unpacked beside the tree.</summary>
internal sealed record StagedPackage
{
    /// <summary>The package of the lockfile.</summary>
    public required LockedPackage Locked { get; init; }

    /// <summary>Its control file.</summary>
    public required ControlStanza Control { get; init; }

    /// <summary>The other files of its control archive (scripts, conffiles, triggers…), by name.</summary>
    public required IReadOnlyDictionary<string, ControlFile> ControlFiles { get; init; }

    /// <summary>Every path that it ships, in its order, excluded ones too (as dpkg lists them).</summary>
    public required IReadOnlyList<string> Paths { get; init; }

    /// <summary>Its files and directories, in its order, without excluded ones.</summary>
    public required IReadOnlyList<StagedFile> Files { get; init; }

    /// <summary>Its configuration files: dpkg puts them in place when it configures the package.</summary>
    public required IReadOnlySet<string> ConfigurationFiles { get; init; }

    /// <summary>The name.</summary>
    public string Name => Locked.Name;

    /// <summary>The name that dpkg's database uses: with the architecture when several of them may be installed side by side.</summary>
    public string DatabaseName => Control["Multi-Arch"] == "same" ? $"{Name}:{Control["Architecture"]}" : Name;

    /// <summary>Whether a script must run before its files are in place, so that dpkg itself has to unpack it.</summary>
    public bool HasPreinst => ControlFiles.ContainsKey("preinst");
}

/// <summary>A file of a control archive.</summary>
/// <param name="Content">The contents.</param>
/// <param name="Mode">The permission bits.</param>
/// <param name="Modified">When it was last changed.</param>
internal sealed record ControlFile(byte[] Content, UnixFileMode Mode, DateTime Modified)
{
    /// <summary>The lines that say something.</summary>
    public IEnumerable<string> Lines => System.Text.Encoding.UTF8.GetString(Content).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(line => line[0] != '#');
}
