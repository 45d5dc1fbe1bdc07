// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Release;
using Banana.Foundation.Errors;
using Banana.Foundation.Files;

namespace Banana.Device.Running;

/// <summary>
/// <c>/run/banana/staged</c>: the version of the update that waits for a restart, one line; there only while one waits (docs/formats.md). So sessions
/// can wait for it without a process, and without waking the service. It ends with the boot, as what it says does.
/// </summary>
/// <param name="root">The root of the file system, "/" on a device.</param>
public sealed class StagedFile(string root)
{
    /// <summary>Its place.</summary>
    public string Location { get; } = Path.Combine(root, LinuxDevice.Locks[1..], "staged");

    /// <summary>What waits; null: nothing does.</summary>
    /// <exception cref="BananaException">The file does not hold a version.</exception>
    public ReleaseVersion? Read()
    {
        string text;
        try
        {
            text = File.ReadAllText(Location);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }

        return text.EndsWith('\n') && ReleaseVersion.TryParse(text[..^1], out var version)
            ? version
            : throw new BananaException(ExitCode.BadInput, "the file does not hold a version", Location, "'systemctl restart bananad' writes it anew");
    }

    /// <summary>Says what waits. A file that says it already is left alone: each change of it is told to people.</summary>
    /// <param name="version">The version; null: nothing waits.</param>
    public async Task WriteAsync(ReleaseVersion? version)
    {
        if (version is null)
        {
            if (File.Exists(Location))
            {
                File.Delete(Location);
            }
        }
        else if (!Says($"{version}\n"))
        {
            await AtomicFile.WriteAsync(Location, $"{version}\n");
        }
    }

    private bool Says(string text) => File.Exists(Location) && File.ReadAllText(Location) == text;
}
