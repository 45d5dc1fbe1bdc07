// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text;
using Banana.Device.Boots;
using Banana.Device.Running;
using Banana.Device.Settings;
using Banana.Formats.Boot;
using Banana.Formats.Release;
using Banana.Foundation.Errors;

namespace Banana.Tests.Unit.Device;

/// <summary>What a device reads of itself: its settings, what runs, its batteries, its boot loader.</summary>
public sealed class MachineFactsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Settings_of_the_administrator_win_key_by_key_and_a_credential_over_all()
    {
        folder.With("usr/lib/banana/updates.json", """{ "repository": "https://updates.example.org/", "channel": "stable", "minimumBattery": 20 }""")
            .With("etc/banana/updates.json", """{ "channel": "testing", /* for a while */ "automatic": "check" }""")
            .With("credentials/banana.updates", """{ "repository": "http://10.0.2.2:8080/" }""");
        var settings = new SettingsFiles(folder.Path, folder["credentials"]).Read();
        Assert.Equal(new() { Repository = "http://10.0.2.2:8080/", Channel = "testing", Automatic = AutomaticUpdates.Check, MinimumBattery = 20 }, settings);
        Assert.Equal(new(), new SettingsFiles(folder["nowhere"], null).Read());
    }

    [Theory]
    [InlineData("{\n  \"chanel\": \"x\"\n}", "updates.json:2: ")]
    [InlineData("""{ "minimumBattery": 101 }""", "a percentage")]
    [InlineData("""{ "bytesPerSecond": -1 }""", "negative")]
    [InlineData("""{ "channel": "../etc" }""", "lower-case letters")]
    [InlineData("""{ "automatic": "sometimes" }""", "updates.json:1: ")]
    [InlineData("", "updates.json:1: ")]
    [InlineData("null", "holds nothing")]
    public void Malformed_settings_are_refused_with_file_and_line(string json, string message)
    {
        var error = Assert.Throws<BananaException>(() => SettingsFiles.Parse(Encoding.UTF8.GetBytes(json), "/etc/banana/updates.json"));
        Assert.Equal(ExitCode.BadInput, error.Code);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void What_runs_is_told_by_os_release_and_the_kernels_command_line()
    {
        var hash = new string('a', 64);
        folder.With("usr/lib/os-release", "# written by the build\nID=banana\nPRETTY_NAME=\"Banana \\\"Core\\\" 20261102.1\"\nVARIANT_ID='core'\nIMAGE_VERSION=\"20261102.1\"\nRELEASE_INDEX=7\n")
            .With("proc/cmdline", $"usrhash={new string('b', 64)} rw console=ttyS0 usrhash={hash}\n");
        var system = RunningSystem.Read(folder.Path);
        Assert.Equal(("banana", "Banana \"Core\" 20261102.1", "core", new ReleaseVersion(20261102, 1), 7, hash), (system.Id, system.Name, system.Edition, system.Version, system.Index, system.RootHash));
    }

    [Theory]
    [InlineData("ID=debian\nVERSION_ID=12\n", "VARIANT_ID is missing")]
    [InlineData("ID=banana\nVARIANT_ID=core\nIMAGE_VERSION=12\n", "IMAGE_VERSION is '12'")]
    public void Another_system_is_told_from_ours(string text, string message)
    {
        folder.With("usr/lib/os-release", text);
        Assert.Contains(message, Assert.Throws<BananaException>(() => RunningSystem.Read(folder.Path)).Message, StringComparison.Ordinal);
        Assert.Contains("no such file", Assert.Throws<BananaException>(() => RunningSystem.Read(folder["nowhere"])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("usrhash=abc")]
    [InlineData("rdusrhash=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("")]
    public void What_is_no_root_hash_is_none(string commandLine) => Assert.Null(KernelCommandLine.RootHash(commandLine));

    [Fact]
    public void Batteries_count_and_mice_do_not()
    {
        Assert.Equal(new(true, 100), PowerSupply.Read(folder["nowhere"]));
        folder.With("power/AC/type", "Mains\n").With("power/AC/online", "0\n")
            .With("power/BAT0/type", "Battery\n").With("power/BAT0/capacity", "40\n").With("power/BAT0/status", "Discharging\n")
            .With("power/BAT1/type", "Battery\n").With("power/BAT1/capacity", "20\n").With("power/BAT1/status", "Discharging\n")
            .With("power/hid-mouse/type", "Battery\n").With("power/hid-mouse/scope", "Device\n").With("power/hid-mouse/capacity", "3\n");
        Assert.Equal(new(false, 30), PowerSupply.Read(folder["power"]));
        folder.With("power/AC/online", "1\n");
        Assert.Equal(new(true, 30), PowerSupply.Read(folder["power"]));
    }

    [Theory]
    [InlineData("262.1-1", "257.7-1", true)]
    [InlineData("262.1-1", "262.1-1", false)]
    [InlineData("262.2-1", "262.10-1", false)]
    public void Boot_loaders_are_compared_by_numbers(string version, string there, bool newer) => Assert.Equal(newer, VersionOrder.Instance.Compare(version, there) > 0);

    [Fact]
    public void One_copy_of_the_boot_loader_is_written_in_a_healthy_boot_and_the_other_in_the_next_one()
    {
        var (old, now) = (Loader("257.7-1"), Loader("262.1-1"));
        File.WriteAllBytes(folder["loader.efi"], now);
        var boot = new MemoryBootFiles(BootLoaderUpdate.Copies.ToDictionary(path => path, _ => old, StringComparer.Ordinal), new Faults(null, FaultKind.Fails));
        var update = new BootLoaderUpdate(boot, folder["loader.efi"]);
        Assert.Equal(BootLoaderUpdate.Copies[0], update.Run());
        Assert.Equal([now, old], BootLoaderUpdate.Copies.Select(path => boot.Content[path]));
        Assert.Equal(BootLoaderUpdate.Copies[1], update.Run());
        Assert.Null(update.Run());

        // An older release that runs after a rollback does not take it back, and another boot loader is nobody's business.
        File.WriteAllBytes(folder["loader.efi"], old);
        Assert.Null(update.Run());
        var foreign = new MemoryBootFiles(BootLoaderUpdate.Copies.ToDictionary(path => path, _ => "shim"u8.ToArray(), StringComparer.Ordinal), new Faults(null, FaultKind.Fails));
        Assert.Null(new BootLoaderUpdate(foreign, folder["loader.efi"]).Run());
    }

    [Fact]
    public void Whatever_fails_while_the_boot_loader_is_written_each_copy_is_an_old_or_a_new_one()
    {
        var (old, now) = (Loader("257.7-1"), Loader("262.1-1"));
        File.WriteAllBytes(folder["loader.efi"], now);
        foreach (var kind in Enum.GetValues<FaultKind>())
        {
            for (var call = 1; ; call++)
            {
                var faults = new Faults(call, kind);
                var boot = new MemoryBootFiles(BootLoaderUpdate.Copies.ToDictionary(path => path, _ => old, StringComparer.Ordinal), faults);
                try
                {
                    new BootLoaderUpdate(boot, folder["loader.efi"]).Run();
                }
                catch (Exception error) when (error is IOException or BananaException or PowerCutException)
                {
                    // Looked at below.
                }

                var files = kind == FaultKind.PowerCut ? boot.AfterPowerCut(new Random(call)) : boot.Content;
                Assert.Contains(files[BootLoaderUpdate.Copies[0]], (byte[][])[old, now]);
                Assert.Equal(old, files[BootLoaderUpdate.Copies[1]]);
                if (faults.Calls < call)
                {
                    break;
                }
            }
        }
    }

    private static byte[] Loader(string version) => Encoding.ASCII.GetBytes($"MZ {new string('x', 5000)}#### LoaderInfo: systemd-boot {version} ####{new string('y', 3000)}");
}
