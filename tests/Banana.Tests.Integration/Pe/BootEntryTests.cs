// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text.Json;
using Banana.Cli.Setup;
using Banana.Definition;
using Banana.Forge.Images;
using Banana.Forge.Trees;
using Banana.Formats.Boot;
using Banana.Formats.Release;
using Banana.Foundation.Processes;
using Banana.Tests.Integration.Tools;

namespace Banana.Tests.Integration.Pe;

/// <summary>What a boot menu shows of our UKIs: systemd's own reading of them (bootctl(1), <c>list</c>).</summary>
public sealed class BootEntryTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Entries_are_named_by_product_edition_and_version_and_the_newest_that_has_tries_is_first()
    {
        using var esp = new TemporaryFolder();
        using var work = new TemporaryFolder();
        var inside = (await WorkbenchTools.WorkbenchAsync()).Enter(new Bind(esp.Path)).WithVariable("SYSTEMD_RELAX_ESP_CHECKS", "1");
        var efi = Path.Combine(inside.Root, "usr/lib/systemd/boot/efi");
        var edition = EditionResolver.Resolve(DefinitionLoader.Load(Checkout.Find().DefinitionFolder), "enthusiast");
        Directory.CreateDirectory(esp.Combine(BootEntryName.Folder));
        await File.WriteAllTextAsync(work.Combine("initrd"), "an initrd", Cancellation);
        BootEntryName[] entries = [Entry("20261030.9", 3), Entry("20261030.10", 1, 2), Entry("20261031.1", 0, 3)];
        foreach (var entry in entries)
        {
            var parts = new UkiParts(Path.Combine(efi, "systemd-bootx64.efi"), "7.2.12-banana", work.Combine("initrd"), null, Path.Combine(efi, "linuxx64.efi.stub"), OsRelease.Compose(edition, entry.Version.ToString()), "rw");
            await new ImageTools(inside, work.Path, new SeededGuid("entries"), 1_700_000_000).UkiAsync("uki.efi", parts, Cancellation);
            File.Move(work.Combine("uki.efi"), esp.Combine(BootEntryName.Folder, entry.ToString()));
        }

        var listed = await inside.RunAsync(Command.Of("bootctl", $"--esp-path={esp.Path}", "--json=short", "list"), Cancellation);
        using var json = JsonDocument.Parse(listed.Output);
        var shown = json.RootElement.EnumerateArray().ToList();
        Assert.Equal(["Banana Enthusiast 20261030.10", "Banana Enthusiast 20261030.9", "Banana Enthusiast 20261031.1"], shown.Select(entry => entry.GetProperty("showTitle").GetString()));
        Assert.Equal(BootEntryName.InBootOrder(entries).Select(entry => entry.ToString()), shown.Select(entry => Path.GetFileName(entry.GetProperty("path").GetString()!)));
    }

    private static BootEntryName Entry(string version, int left, int done = 0) => new("banana", ReleaseVersion.Parse(version), left, done);
}
