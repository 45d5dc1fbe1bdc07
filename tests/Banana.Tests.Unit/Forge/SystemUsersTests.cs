// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Forge.Trees;
using Banana.Foundation.Files;

namespace Banana.Tests.Unit.Forge;

public sealed class SystemUsersTests
{
    [Fact]
    public void Every_user_and_group_is_pinned_by_number()
    {
        using var tree = Sample();

        SystemUsers.Pin(new StagedTree(tree.Path), epoch: 86400 * 20000 + 5);

        var pinned = File.ReadAllLines(tree[SystemUsers.PinFile.TrimStart('/')]);
        Assert.Contains("g root 0", pinned);
        Assert.Contains("g dialout 20", pinned);
        Assert.Contains("u messagebus 996:995 \"System \\\"Bus\\\"\" \"/nonexistent\" \"/usr/sbin/nologin\"", pinned);
        Assert.Contains("u _x 100:0 - \"/\" \"/usr/sbin/nologin\"", pinned);
        Assert.Contains("m messagebus dialout", pinned);
    }

    [Fact]
    public void Shadow_says_nothing_of_the_day_of_the_build_and_nobody_can_log_in_as_root()
    {
        using var tree = Sample();
        File.SetUnixFileMode(tree["etc/shadow"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        SystemUsers.Pin(new StagedTree(tree.Path), epoch: 86400 * 20000 + 5);

        Assert.Equal(["root:!unprovisioned:20000:0:99999:7:::", "messagebus:!:20000::::::"], File.ReadAllLines(tree["etc/shadow"]));
        Assert.Equal("0640", UnixFile.Stat(tree["etc/shadow"]).Permissions);
        Assert.False(File.Exists(tree["etc/passwd-"]));
    }

    private static TemporaryFolder Sample() => new TemporaryFolder()
        .With("etc/passwd", "root:x:0:0:root:/root:/bin/bash\nmessagebus:x:996:995:System \"Bus\":/nonexistent:/usr/sbin/nologin\n_x:x:100:0::/:/usr/sbin/nologin\n")
        .With("etc/passwd-", "old")
        .With("etc/group", "root:x:0:\ndialout:x:20:messagebus\nmessagebus:x:995:\n")
        .With("etc/shadow", "root:*:20777:0:99999:7:::\nmessagebus:!:20778::::::\n");
}
