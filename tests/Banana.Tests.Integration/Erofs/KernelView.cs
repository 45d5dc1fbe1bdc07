// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Foundation.Processes;
using Banana.Tests.Integration.Tools;

namespace Banana.Tests.Integration.Erofs;

/// <summary>
/// What the kernel says of an image. The image is mounted in a mount namespace that only one thread has, so the mount is gone
/// when the thread ends, however the test ends.
/// </summary>
internal static class KernelView
{
    /// <summary>Reads the view of the kernel, or of fsck.erofs where the host's kernel refuses to mount the image.</summary>
    /// <returns>The view, and whether it is the kernel's.</returns>
    public static async Task<(List<string> Lines, bool IsKernel)> ReadAsync(TemporaryFolder folder, string image, CancellationToken cancellation)
    {
        var runner = new ProcessRunner();
        var device = (await runner.RunAsync(Command.Of("losetup", "--find", "--show", "--read-only", image), cancellation)).Output.Trim();
        try
        {
            if (await OnOwnThreadAsync(() => Mounted(device)) is { } lines)
            {
                return (lines, true);
            }
        }
        finally
        {
            await runner.RunAsync(Command.Of("losetup", "--detach", device), CancellationToken.None);
        }

        var extracted = Directory.CreateDirectory(folder.Combine("extracted")).FullName;
        await WorkbenchTools.RunAsync(folder.Path, "fsck.erofs", [$"--extract={extracted}", "--preserve", "--xattrs", "--force", image], cancellation);
        try
        {
            return (FolderListing.Of(extracted, withDirectorySizes: false), false);
        }
        finally
        {
            Directory.Delete(extracted, recursive: true);
        }
    }

    private static List<string>? Mounted(string device)
    {
        Posix.EnterNewMountNamespace();
        return Posix.TryMount(device, "/mnt", "erofs") == 0 ? FolderListing.Of("/mnt", withDirectorySizes: true) : null;
    }

    private static Task<T> OnOwnThreadAsync<T>(Func<T> function)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                done.SetResult(function());
            }
            catch (Exception error)
            {
                done.SetException(error);
            }
        });
        thread.Start();
        return done.Task.ContinueWith(task =>
        {
            thread.Join();
            return task;
        }, TaskScheduler.Default).Unwrap();
    }
}
