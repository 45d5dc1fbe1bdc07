// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text.Json;
using Banana.Formats.Gpt;
using Banana.Formats.Storage;
using Banana.Tests.Integration.Tools;

namespace Banana.Tests.Integration.Gpt;

/// <summary>Partition tables made by the tools that make ours: systemd-repart and sfdisk.</summary>
public sealed class GptTableTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ReadsWhatRepartWrote()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllBytesAsync(folder.Combine("usr.erofs"), [.. Enumerable.Repeat((byte)7, 1 << 20)], Cancellation);
        var definitions = Directory.CreateDirectory(folder.Combine("repart.d")).FullName;
        await File.WriteAllTextAsync(Path.Combine(definitions, "10-esp.conf"), "[Partition]\nType=esp\nLabel=esp\nSizeMinBytes=1M\nSizeMaxBytes=1M\n", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(definitions, "20-usr.conf"), $"[Partition]\nType=usr\nLabel=banana_20261121.1\nCopyBlocks={folder.Combine("usr.erofs")}\nReadOnly=yes\n", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(definitions, "21-verity.conf"), "[Partition]\nType=usr-verity\nLabel=_empty\nSizeMinBytes=1M\nSizeMaxBytes=1M\n", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(definitions, "30-root.conf"), "[Partition]\nType=root\nSizeMinBytes=1M\nSizeMaxBytes=1M\n", Cancellation);
        var disk = folder.Combine("disk.raw");
        await WorkbenchTools.RunAsync(folder.Path, "systemd-repart", ["--empty=create", "--size=auto", "--offline=yes", "--dry-run=no", "--architecture=x86-64", $"--definitions={definitions}", disk], Cancellation);
        await CompareWithSfdiskAsync(folder, disk);

        using var source = ByteSource.OpenFile(disk);
        var table = GptTable.Read(source);
        Assert.False(table.IsBackup);
        Assert.Equal([GptPartitionType.Esp, GptPartitionType.UsrX8664, GptPartitionType.UsrVerityX8664, GptPartitionType.RootX8664], table.Partitions.Select(partition => partition.Type));
        using var usr = table.Open(table.Partitions[1]);
        var content = new byte[1 << 20];
        usr.Read(0, content);
        Assert.True(content.All(value => value == 7));
        Assert.Equal("banana_20261121.1", table.Partitions[1].Label);
    }

    [Fact]
    public async Task ReadsWhatSfdiskWroteWithGapsAndOddLabels()
    {
        using var folder = new TemporaryFolder();
        var disk = folder.Combine("disk.raw");
        var script = folder.Combine("script");
        await File.WriteAllTextAsync(script, "label: gpt\nfirst-lba: 34\n"
            + "3: start=40, size=16, type=c12a7328-f81f-11d2-ba4b-00a0c93ec93b, name=\"Größe 🍌\"\n"
            + "7: start=100, size=1, type=8484680c-9521-48c6-9c11-b0720656f69e, attrs=\"GUID:60,63\"\n", Cancellation);
        await using (var file = File.Create(disk))
        {
            file.SetLength(1 << 20);
        }

        await WorkbenchTools.RunAsync(folder.Path, "sh", ["-c", $"sfdisk --quiet {disk} < {script}"], Cancellation);
        await CompareWithSfdiskAsync(folder, disk);
        using var source = ByteSource.OpenFile(disk);
        Assert.Equal([3, 7], GptTable.Read(source).Partitions.Select(partition => partition.Number));
    }

    private static async Task CompareWithSfdiskAsync(TemporaryFolder folder, string disk)
    {
        var result = await WorkbenchTools.RunAsync(folder.Path, "sfdisk", ["--json", disk], Cancellation);
        using var document = JsonDocument.Parse(result.Output);
        var theirs = document.RootElement.GetProperty("partitiontable");
        using var source = ByteSource.OpenFile(disk);
        var ours = GptTable.Read(source);
        Assert.Equal(Guid.Parse(theirs.GetProperty("id").GetString()!), ours.DiskId);
        Assert.Equal(
            theirs.GetProperty("partitions").EnumerateArray().Select(partition => (partition.GetProperty("start").GetInt64(), partition.GetProperty("size").GetInt64() * 512,
                Guid.Parse(partition.GetProperty("type").GetString()!), Guid.Parse(partition.GetProperty("uuid").GetString()!), partition.TryGetProperty("name", out var name) ? name.GetString()! : string.Empty)),
            ours.Partitions.Select(partition => (partition.FirstSector, partition.Size, partition.Type, partition.Id, partition.Label)));
    }
}
