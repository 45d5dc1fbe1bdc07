// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Releases.Stores;
using Banana.Releases.Stores.Folder;
using Banana.Tests.Integration.Tools;

namespace Banana.Tests.Integration.Stores;

public sealed class FolderStoreTests : WritableStoreConformance, IDisposable
{
    private readonly TemporaryFolder folder = new();

    public FolderStoreTests() => Store = new FolderStore(folder.Combine("not", "there", "yet"));

    protected override IReleaseStore Store { get; }

    [Fact]
    public async Task Sweeps_what_a_killed_writer_left()
    {
        await PutAsync("images/1", [1]);
        await File.WriteAllBytesAsync(folder.Combine("not", "there", "yet", "images", ".2.1f-3.tmp"), [1], Cancellation);
        Assert.Equal(0, await Store.SweepAsync(TimeProvider.System.GetUtcNow().AddHours(-1), Cancellation));
        Assert.Equal(1, await Store.SweepAsync(TimeProvider.System.GetUtcNow().AddHours(1), Cancellation));
        Assert.Equal(1, await Store.LengthAsync("images/1", Cancellation));
    }

    public void Dispose() => folder.Dispose();
}
