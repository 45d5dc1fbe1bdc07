// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text;
using Banana.Device.Settings;
using Banana.Formats.Release;
using Banana.Qa.Staging;

namespace Banana.Tests.Unit.Qa;

/// <summary>What a machine under test, and a release that is broken for it, say of updates: both count at once.</summary>
public sealed class UpdateSourceTests : IDisposable
{
    private const string Settings = """{ "repository": "http://10.0.2.2:4711/", "channel": "testing", "automatic": "off" }""";

    private static readonly UpdateSource Source = new()
    {
        Settings = Settings, TrustedRoot = "{}"u8.ToArray(), First = ReleaseVersion.Parse("20261030.1"), Next = ReleaseVersion.Parse("20261030.2"),
        PublishBrokenAsync = _ => Task.FromResult(ReleaseVersion.Parse("20261030.3")),
    };

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_broken_release_has_less_time_to_be_good_and_the_machine_keeps_its_repository()
    {
        var file = FileOf("etc/banana/updates.json");
        Directory.CreateDirectory(Path.GetDirectoryName(file.Path)!);
        File.WriteAllBytes(file.Path, file.Content);
        var credentials = Directory.CreateDirectory(folder["credentials"]).FullName;
        File.WriteAllText(Path.Combine(credentials, "banana.updates"), WordOf("banana.updates"));

        var settings = new SettingsFiles(folder.Path, credentials).Read();
        Assert.Equal(("http://10.0.2.2:4711/", "testing", AutomaticUpdates.Off, 150), (settings.Repository, settings.Channel, settings.Automatic, settings.BootTimeout));
        Assert.Equal(150, BrokenDesktop.BootTime.TotalSeconds);
    }

    [Fact]
    public void Neither_session_of_a_broken_release_can_start_its_compositor()
    {
        Assert.Equal("[Service]\nInaccessiblePaths=/usr/bin/kwin_wayland\n", WordOf("systemd.unit-dropin.user@.service~broken"));
        // The words go into the command line of a kernel, which has 2,048 bytes and splits at spaces.
        Assert.InRange(string.Join(' ', BrokenDesktop.Words).Length, 1, 1024);
        Assert.DoesNotContain(BrokenDesktop.Words, word => word.Any(letter => char.IsWhiteSpace(letter) || letter is '"' or '\''));
    }

    [Fact]
    public void The_file_of_the_settings_is_one_more_of_the_machine()
    {
        var plain = Files(GuestUser.Tester.Credentials(GuestPresence.LoggedIn, isEmulated: false));
        var updating = Files(GuestUser.Tester.Credentials(GuestPresence.LoggedIn, isEmulated: false, Source.Files));
        Assert.Equal([.. plain, .. Source.Files], updating);
        Assert.Equal("{}"u8.ToArray(), Assert.Single(Source.Credentials, credential => credential.Name == "banana.root").Value.ToArray());

        static string[] Files(IEnumerable<Banana.Vm.Machine.Credential> credentials) =>
            Encoding.UTF8.GetString(Assert.Single(credentials, credential => credential.Name == "tmpfiles.extra").Value.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    // As systemd-tmpfiles reads a line: type, path, mode, user, group, age, and all the rest, which is base64 for 'f~'.
    private (string Path, byte[] Content) FileOf(string path)
    {
        var fields = Assert.Single(Source.Files, line => line.Contains('/' + path, StringComparison.Ordinal)).Split(' ', 7);
        Assert.Equal(("f~", '/' + path), (fields[0], fields[1]));
        return (Path.Combine(folder.Path, path), Convert.FromBase64String(fields[6]));
    }

    private static string WordOf(string name)
    {
        var begin = $"systemd.set_credential_binary={name}:";
        return Encoding.UTF8.GetString(Convert.FromBase64String(Assert.Single(BrokenDesktop.Words, word => word.StartsWith(begin, StringComparison.Ordinal))[begin.Length..]));
    }
}
