// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Foundation.Files;

namespace Banana.Tests.Unit.Foundation;

public sealed class AtomicFileTests
{
    [Fact]
    public async Task A_file_is_replaced_whole()
    {
        using var folder = new TemporaryFolder();
        folder.With("f", "old");

        await AtomicFile.WriteAsync(folder["f"], "new", TestContext.Current.CancellationToken);

        Assert.Equal("new", await File.ReadAllTextAsync(folder["f"], TestContext.Current.CancellationToken));
        Assert.Equal(["f"], Directory.GetFiles(folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_failed_write_leaves_the_old_file_and_nothing_beside_it()
    {
        using var folder = new TemporaryFolder();
        folder.With("f", "old");

        await Assert.ThrowsAsync<IOException>(() => AtomicFile.WriteAsync(
            folder["f"],
            async stream =>
            {
                await stream.WriteAsync("half"u8.ToArray());
                throw new IOException("disk");
            },
            TestContext.Current.CancellationToken));

        Assert.Equal("old", await File.ReadAllTextAsync(folder["f"], TestContext.Current.CancellationToken));
        Assert.Equal(["f"], Directory.GetFiles(folder.Path).Select(Path.GetFileName));
    }
}
