// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text;
using Banana.Foundation.Errors;
using Banana.Releases.Layout;
using Banana.Releases.Stores;

namespace Banana.Releases.Sysupdate;

/// <summary>
/// Writes the transfer definitions (sysupdate.d(5) of systemd 262) by which stock systemd-sysupdate finds, verifies and installs the
/// releases of a repository: one file each for the image, its verity tree and the UKI. The names of the parts are those of docs/formats.md.
/// </summary>
/// <remarks>
/// sysupdate works through the files in the order of their names; the UKI is last, because it is what makes the new release bootable.
/// </remarks>
public sealed record TransferDefinitions
{
    /// <summary>The address of the repository, http or https.</summary>
    public required Uri Repository { get; init; }

    /// <summary>The system's ID in os-release(5).</summary>
    public required string Id { get; init; }

    /// <summary>The edition of the device.</summary>
    public required string Edition { get; init; }

    /// <summary>The architecture by systemd's name.</summary>
    public required string Architecture { get; init; }

    /// <summary>How many releases are kept: as many as there are slots.</summary>
    public int Instances { get; init; } = 2;

    /// <summary>Where the parts go; null: into partitions and the ESP, as on a device. A folder: as plain files, for mirrors and tests.</summary>
    public string? Folder { get; init; }

    /// <summary>The files by name, for <c>/usr/lib/sysupdate.d</c>.</summary>
    /// <exception cref="BananaException">A value would not survive in such a file.</exception>
    public IReadOnlyDictionary<string, string> Files()
    {
        if (!StoreKey.IsValid(Id) || !StoreKey.IsValid(Edition) || !StoreKey.IsValid(Architecture) || Id.Contains('@') || Architecture.Contains('@') || Instances < 2)
        {
            throw new BananaException(ExitCode.BadInput, $"'{Id}', '{Edition}', '{Architecture}' with {Instances} instances cannot be written as a transfer definition", next: "an ID, an edition and an architecture are plain words; there are at least two slots");
        }

        return new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["10-usr.transfer"] = Transfer("the image of /usr", $"{Id}_@v_usr-{Architecture}.erofs", ["Type=partition", "Path=auto", $"MatchPattern={Id}_@v", "MatchPartitionType=usr", "ReadOnly=1"]),
            ["20-usr-verity.transfer"] = Transfer("its verity tree", $"{Id}_@v_usr-verity-{Architecture}.verity", ["Type=partition", "Path=auto", $"MatchPattern={Id}_@v", "MatchPartitionType=usr-verity", "ReadOnly=1"]),
            ["30-uki.transfer"] = Transfer(
                "the kernel with its initrd",
                $"{Id}_@v-{Architecture}.efi",
                ["Type=regular-file", "Path=/EFI/Linux", "PathRelativeTo=boot", $"MatchPattern={Id}_@v+@l-@d.efi {Id}_@v+@l.efi {Id}_@v.efi", "Mode=0444", "TriesLeft=3", "TriesDone=0"]),
        };
    }

    private string Transfer(string what, string name, string[] device)
    {
        string[] target = Folder is null ? device : ["Type=regular-file", $"Path={Escape(Folder)}", $"MatchPattern={name}", "Mode=0444"];
        var text = new StringBuilder()
            .Append("# SPDX-FileCopyrightText: Banana contributors\n# SPDX-License-Identifier: CC0-1.0\n")
            .Append($"# Made by Banana: {what}.\n")
            .Append("[Transfer]\nVerify=yes\n\n")
            .Append($"[Source]\nType=url-file\nPath={Escape(new Uri(Repository, Repository.AbsolutePath.TrimEnd('/') + "/" + RepositoryLayout.ImagesOf(Edition)).AbsoluteUri)}\nMatchPattern={name}\n\n")
            .Append("[Target]\n");
        foreach (var line in target)
        {
            text.Append(line).Append('\n');
        }

        // The instance that runs is never replaced: ProtectVersion defaults to none, so it is said.
        return text.Append($"InstancesMax={Instances}\n").ToString().Replace("Verify=yes\n", Folder is null ? "Verify=yes\nProtectVersion=%A\n" : "Verify=yes\n", StringComparison.Ordinal);
    }

    // Specifiers of unit files begin with a percent sign.
    private static string Escape(string text) => text.Any(char.IsControl)
        ? throw new BananaException(ExitCode.BadInput, $"'{text}' cannot be written in a transfer definition")
        : text.Replace("%", "%%", StringComparison.Ordinal);
}
