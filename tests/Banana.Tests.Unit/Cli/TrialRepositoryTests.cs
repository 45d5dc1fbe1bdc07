// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text;
using Banana.Cli.Try.Update;
using Banana.Formats.Release;
using Banana.Releases.Stores;
using Banana.Releases.Stores.Folder;

namespace Banana.Tests.Unit.Cli;

/// <summary>What a second trial finds of the first.</summary>
public sealed class TrialRepositoryTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Same_releases_have_the_same_repository_and_others_a_new_one()
    {
        var (first, second) = (Release("first", "20261030.1"), Release("second", "20261030.2"));
        var kept = TrialRepository.Kept(folder.Path, [first, second]);
        await Write(kept, "patches/one", "made in minutes");
        Assert.Equal(kept, TrialRepository.Kept(folder.Path, [first, second]));
        Assert.True(File.Exists(Path.Combine(kept, "patches/one")));

        // Sources changed: the same version has other contents, and no repository replaces a version.
        var other = Release("other", "20261030.2", change: true);
        Assert.NotEqual(kept, TrialRepository.Kept(folder.Path, [first, other]));
        Assert.False(Directory.Exists(kept));
    }

    [Fact]
    public async Task Devices_see_a_copy_and_what_is_published_there_is_gone_with_the_next_trial()
    {
        var kept = TrialRepository.Kept(folder.Path, [Release("first", "20261030.1")]);
        await Write(kept, "metadata/timestamp.json", "two releases");
        await Write(kept, ".lock", string.Empty);
        TrialRepository.Show(kept, folder.Path);
        var seen = TrialRepository.Seen(folder.Path);
        Assert.Equal(["metadata/timestamp.json"], Files(seen));

        await Write(seen, "metadata/timestamp.json", "and a broken one");
        await Write(seen, "images/broken", "broken");
        Assert.Equal("two releases", await File.ReadAllTextAsync(Path.Combine(kept, "metadata/timestamp.json"), Token));

        TrialRepository.Show(kept, folder.Path);
        Assert.Equal(["metadata/timestamp.json"], Files(seen));
        Assert.Equal("two releases", await File.ReadAllTextAsync(Path.Combine(seen, "metadata/timestamp.json"), Token));
    }

    private static IEnumerable<string> Files(string path) => Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(path, file));

    private static async Task Write(string repository, string key, string text)
    {
        if (key.StartsWith('.'))
        {
            await File.WriteAllTextAsync(Path.Combine(repository, key), text, Token);
            return;
        }

        using var store = new FolderStore(repository);
        Assert.True(await store.WriteAsync(key, Encoding.UTF8.GetBytes(text), Precondition.None, Token));
    }

    private ReleaseDirectory Release(string name, string version, bool change = false)
    {
        var disk = ReleaseSample.Disk();
        disk[^1] = change ? (byte)1 : (byte)0;
        ReleaseSample.Write(folder, name, version, disk);
        return ReleaseDirectory.Open(folder[name]);
    }
}
