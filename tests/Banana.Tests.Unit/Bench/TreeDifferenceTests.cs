// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bench.Delta.Bound;
using Banana.Foundation.Files;

namespace Banana.Tests.Unit.Bench;

public sealed class TreeDifferenceTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Contents_count_and_times_do_not()
    {
        Write("old/same", "1");
        Write("new/same", "1");
        File.SetLastWriteTimeUtc(Path.Combine(folder.Path, "new/same"), DateTime.UnixEpoch);
        Write("old/sub/other-contents", "12");
        Write("new/sub/other-contents", "13");
        Write("old/longer", "1");
        Write("new/longer", "12");
        Write("old/gone", "1");
        Write("new/added", "123");
        var difference = Compare();
        Assert.Equal(["longer", "sub/other-contents"], difference.Changed);
        Assert.Equal(["added"], difference.Added);
        Assert.Equal((4, 8, 1), (difference.Files, difference.Bytes, difference.Gone));
    }

    [Fact]
    public void Links_have_no_contents_of_their_own()
    {
        Write("old/file", "1");
        Write("new/file", "2");
        UnixFile.HardLink(Path.Combine(folder.Path, "new/file"), Path.Combine(folder.Path, "new/name"));
        File.CreateSymbolicLink(Path.Combine(folder.Path, "new/link"), "file");
        Directory.CreateSymbolicLink(Path.Combine(folder.Path, "new/tree"), folder.Path);
        var difference = Compare();
        Assert.Equal(["file"], difference.Changed);
        Assert.Equal(1, difference.Files);
        Assert.Empty(difference.Added);
    }

    private TreeDifference Compare() =>
        TreeDifference.Between(Path.Combine(folder.Path, "old"), Path.Combine(folder.Path, "new"), TestContext.Current.CancellationToken);

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder.Path, path))!);
        File.WriteAllText(Path.Combine(folder.Path, path), text);
    }
}
