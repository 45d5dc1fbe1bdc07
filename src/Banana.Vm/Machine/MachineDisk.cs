// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Globalization;
using System.Text.Json;
using Banana.Foundation.Errors;
using Banana.Foundation.Processes;

namespace Banana.Vm.Machine;

/// <summary>Overlays: what a guest writes goes to a file of its own, the image below it stays as it was built.</summary>
internal static class MachineDisk
{
    private const long RoomForRoot = 6L << 30;

    /// <summary>Makes an overlay over an image.</summary>
    public static async Task CreateAsync(IProcessRunner tools, string image, string overlay, long? size, CancellationToken cancellation)
    {
        image = Path.GetFullPath(image);
        var format = DiskImage.FormatOf(image);
        var imageSize = await VirtualSizeAsync(tools, image, format, cancellation).ConfigureAwait(false);
        var virtualSize = Math.Max(size ?? imageSize + RoomForRoot, imageSize);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(overlay))!);
        await tools.RunAsync(
            Command.Of("qemu-img", "create", "-q", "-f", "qcow2", "-b", image, "-F", format, overlay, virtualSize.ToString(CultureInfo.InvariantCulture)),
            cancellation).ConfigureAwait(false);
    }

    /// <summary>Makes sure that a kept overlay is one, and lies over this image and not another.</summary>
    public static async Task CheckAsync(IProcessRunner tools, string image, string overlay, CancellationToken cancellation)
    {
        if (DiskImage.FormatOf(overlay) != "qcow2")
        {
            throw new BananaException(ExitCode.BadInput, "is not a disk that 'banana vm --persist' made (no qcow2 file)", overlay, "give another file name");
        }

        using var info = await InfoAsync(tools, overlay, "qcow2", cancellation).ConfigureAwait(false);
        var below = info.RootElement.TryGetProperty("full-backing-filename", out var name) ? name.GetString() : null;
        if (below != Path.GetFullPath(image))
        {
            throw new BananaException(ExitCode.BadInput, $"was made over {below ?? "nothing"}, not over {Path.GetFullPath(image)}", overlay, "start that release, or give another file name");
        }
    }

    private static async Task<long> VirtualSizeAsync(IProcessRunner tools, string image, string format, CancellationToken cancellation)
    {
        using var info = await InfoAsync(tools, image, format, cancellation).ConfigureAwait(false);
        return info.RootElement.GetProperty("virtual-size").GetInt64();
    }

    private static async Task<JsonDocument> InfoAsync(IProcessRunner tools, string image, string format, CancellationToken cancellation)
    {
        // -U: a machine that runs has the file locked, and we only look.
        var result = await tools.RunAsync(Command.Of("qemu-img", "info", "-U", "-f", format, "--output=json", image), cancellation).ConfigureAwait(false);
        return JsonDocument.Parse(result.Output);
    }
}
