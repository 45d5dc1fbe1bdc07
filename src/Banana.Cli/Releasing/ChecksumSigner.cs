// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Cli.Workbenches;
using Banana.Foundation.Processes;
using Banana.Workbenches;

namespace Banana.Cli.Releasing;

/// <summary>Signs the list of stock systemd-sysupdate by gpg of the workbench, with the keys of a GnuPG home.</summary>
internal static class ChecksumSigner
{
    /// <summary>The signer; null without a home.</summary>
    public static Func<byte[], CancellationToken, Task<byte[]>>? Of(Workbench workbench, string? home) => home is null ? null : async (list, cancellation) =>
    {
        var folder = Directory.CreateTempSubdirectory("banana-sign-");
        try
        {
            var file = Path.Combine(folder.FullName, "SHA256SUMS");
            await File.WriteAllBytesAsync(file, list, cancellation);
            await workbench.Enter(new Bind(Path.GetFullPath(home)), new Bind(folder.FullName)).RunAsync(
                Command.Of("gpg", "--homedir", Path.GetFullPath(home), "--batch", "--no-tty", "--yes", "--output", file + ".gpg", "--detach-sign", file), cancellation);
            return await File.ReadAllBytesAsync(file + ".gpg", cancellation);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    };

    /// <summary>The signer, with the workbench made only when there is something to sign.</summary>
    public static async Task<Func<byte[], CancellationToken, Task<byte[]>>?> OfAsync(MakerEnvironment maker, string? home, CancellationToken cancellation) =>
        home is null ? null : Of(await maker.WorkbenchAsync(MakerEnvironment.Tools, maker.HostContext, cancellation), home);
}
