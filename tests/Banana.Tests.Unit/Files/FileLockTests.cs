// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Foundation.Files;

namespace Banana.Tests.Unit.Files;

public sealed class FileLockTests
{
    [Fact]
    public async Task Held_lock_is_not_taken_twice_and_is_free_after()
    {
        using var directory = new TemporaryFolder();
        var waited = false;
        var held = FileLock.TryTake(directory["lock"]);
        Assert.NotNull(held);
        Assert.Null(FileLock.TryTake(directory["lock"]));
        var second = FileLock.TakeAsync(directory["lock"], () => waited = true, TestContext.Current.CancellationToken);
        Assert.True(waited);
        held.Dispose();
        using var taken = await second;
        Assert.Null(FileLock.TryTake(directory["lock"]));
    }
}
