// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Formats.Release;

namespace Banana.Cli.Try.Update;

/// <summary>One way to the next release.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Bytes">What is fetched.</param>
/// <param name="Requests">In how many requests.</param>
/// <param name="What">What it does, in words.</param>
internal sealed record UpdateWay(string Name, long Bytes, int Requests, string What);

/// <summary>What an update costs a device that runs the release that was tried.</summary>
/// <param name="From">The release that was tried.</param>
/// <param name="To">The next one.</param>
/// <param name="Packages">How many packages changed.</param>
/// <param name="Ways">Each way to the image of /usr, the dearest first.</param>
internal sealed record UpdateCosts(ReleaseVersion From, ReleaseVersion To, int Packages, IReadOnlyList<UpdateWay> Ways)
{
    /// <summary>Reads the prices out of a delivery.</summary>
    public static UpdateCosts Of(ReleaseVersion from, ReleaseDelivery delivery, int packages)
    {
        var usr = delivery.Find(PartRole.Usr)!;
        List<UpdateWay> ways = [new("the whole image", usr.Object.Size, 1, "what stock systemd-sysupdate fetches")];
        if (usr.Reuse.FirstOrDefault(reuse => reuse.From == from) is { } reuse)
        {
            ways.Add(new("chunks", reuse.Bytes + usr.Index!.Object.Size, reuse.Requests + 1, "pieces of the image that the device does not have"));
        }

        if (delivery.Patches.FirstOrDefault(patch => patch.From == from) is { } patch)
        {
            ways.Add(new("a patch", patch.Object.Size, 1, "the changed contents; the device packs them again"));
        }

        return new(from, delivery.Version, packages, [.. ways.OrderByDescending(way => way.Bytes)]);
    }
}
