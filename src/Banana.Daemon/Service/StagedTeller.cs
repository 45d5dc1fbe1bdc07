// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Device.Running;
using Banana.Device.Settings;
using Banana.Foundation.Errors;

namespace Banana.Daemon.Service;

/// <summary>Tells the sessions of this machine, by a file, that an update waits for a restart.</summary>
/// <param name="device">The device.</param>
internal sealed class StagedTeller(RunningDevice device)
{
    /// <summary>Writes the file, or takes it away, as the disk is now.</summary>
    public async Task TellAsync()
    {
        try
        {
            // Who went back to an older release asked for it, and knows.
            var staged = device.Reporter.Status(new UpdateSettings()).Staged;
            await new StagedFile(device.Root).WriteAsync(staged > device.System.Version ? staged : null);
        }
        catch (Exception error) when (error is BananaException or IOException or UnauthorizedAccessException)
        {
            // Nobody is told; the update itself is none the worse for it.
            Journal.Write($"sessions are not told whether an update waits for a restart: {error.Message}");
        }
    }
}
