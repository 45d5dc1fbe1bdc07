// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Formats.Patches;
using Banana.Formats.Patches.Making;
using Banana.Formats.Release;
using Banana.Formats.Storage;
using Banana.Foundation.Hashing;
using Banana.Foundation.Progress;
using Banana.Releases.Stores.Folder;
using Banana.Tests.Integration.Tools;
using Banana.Updates.Fetching;
using Banana.Updates.Planning;

namespace Banana.Tests.Integration.Updates;

/// <summary>A patch of several groups: 24 MiB that are new, behind contents that stay.</summary>
public sealed class PatchResumeTests
{
    private const int Files = 3;
    private const int FileSize = 8 << 20;

    // What a group carries at most (GroupBuilder), and what comes with it.
    private const int Group = (8 << 20) + (1 << 16);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_kill_loses_no_more_than_a_group()
    {
        using var folder = new TemporaryFolder();
        var (oldPath, newPath) = (await ImageAsync(folder, "old", 1), await ImageAsync(folder, "new", 2));
        using var old = ByteSource.OpenFile(oldPath);
        using var target = ByteSource.OpenFile(newPath);
        var patch = folder.Combine("patch");
        using (var output = File.Create(patch))
        {
            PatchMaker.Make(old, target, output, new PatchOptions { Libraries = ClusterLibraries.System(), Codecs = [], Level = 1 }, Cancellation);
        }

        var plan = await PlanAsync(old, oldPath, newPath, patch);
        for (var half = 1; half <= 2 * Files; half++)
        {
            var slot = folder.Combine($"slot{half}");
            var destinations = new Dictionary<PartRole, PartDestination> { [PartRole.Usr] = new(new Killed(new FileTarget(slot), (half * FileSize / 2) + 4096), new FileNote(slot + ".journal")) };
            var fetcher = new UpdateFetcher(new FolderStore(folder.Path), new FetchOptions { CheckpointFetched = 1 << 20 }, SilentProgress.Instance);
            await Assert.ThrowsAsync<OperationCanceledException>(() => fetcher.FetchAsync(plan, destinations, Cancellation));

            destinations[PartRole.Usr] = new(new FileTarget(slot), new FileNote(slot + ".journal"));
            var report = await fetcher.FetchAsync(plan, destinations, Cancellation);
            Assert.Equal(WayKind.Patch, report.Parts[0].Way);
            Assert.Equal(plan.Manifest.Parts[0].Sha256, await Sha256Digest.OfFileAsync(slot, Cancellation));
            Assert.InRange(report.Cost.Bytes, 0, plan.Bytes - (half * FileSize / 2) + Group + 4096);
            File.Delete(slot);
        }
    }

    private static async Task<UpdatePlan> PlanAsync(ByteSource old, string oldPath, string newPath, string patch)
    {
        var part = new ReleasePart { Role = PartRole.Usr, File = "new", Size = new FileInfo(newPath).Length, Sha256 = await Sha256Digest.OfFileAsync(newPath, Cancellation) };
        var oldSha256 = await Sha256Digest.OfFileAsync(oldPath, Cancellation);
        var manifest = new ReleaseManifest
        {
            Id = "banana",
            Edition = "core",
            Version = UpdateWorld.New,
            Architecture = "x86-64",
            Base = "debian",
            Suite = "forky",
            LockfileSha256 = new('a', 64),
            SourceDateEpoch = 1,
            RootHash = new('b', 64),
            Image = new() { BlockSize = 4096, Compressor = "none", ClusterSize = 4096, MkfsVersion = "1.9.4" },
            Parts = [part],
        };
        var delivery = new ReleaseDelivery
        {
            Edition = "core",
            Version = UpdateWorld.New,
            Parts = [new() { Role = PartRole.Usr, Object = new() { Key = "new.erofs", Size = part.Size, Sha256 = part.Sha256 } }],
            Patches = [new() { From = UpdateWorld.Old, FromSha256 = oldSha256, Object = new() { Key = "patch", Size = new FileInfo(patch).Length, Sha256 = await Sha256Digest.OfFileAsync(patch, Cancellation) } }],
        };
        var installed = new InstalledRelease { Edition = "core", Architecture = "x86-64", Version = UpdateWorld.Old, Parts = new Dictionary<PartRole, InstalledPart> { [PartRole.Usr] = new(old, oldSha256) } };
        var plan = await new UpdatePlanner(new FolderStore(Path.GetDirectoryName(newPath)!)).PlanAsync(manifest, delivery, installed, null, Cancellation);
        return WayTests.Only(plan, WayKind.Patch);
    }

    private static async Task<string> ImageAsync(TemporaryFolder folder, string name, int seed)
    {
        var tree = Directory.CreateDirectory(folder.Combine(name)).FullName;
        for (var i = 0; i <= Files; i++)
        {
            var content = new byte[FileSize];
            new Random(i == Files ? 99 : (seed * 10) + i).NextBytes(content);
            await File.WriteAllBytesAsync(Path.Combine(tree, $"file{i}"), content, Cancellation);
        }

        var image = folder.Combine(name + ".erofs");
        await WorkbenchTools.RunAsync(folder.Path, "mkfs.erofs", ["-b4096", "-T0", "--all-time", "-U", "00000000-0000-4000-8000-000000000001", "--quiet", image, tree], Cancellation);
        return image;
    }

    /// <summary>A target at which the run ends when it comes to an offset.</summary>
    private sealed class Killed(FileTarget inner, long at) : IPartTarget
    {
        public string Name => inner.Name;

        public string Volume => inner.Volume;

        public long Room() => inner.Room();

        public Stream Open()
        {
            var stream = inner.Open();
            return new WriteHook(stream, () => stream.Position < at ? 0 : throw new OperationCanceledException("killed"));
        }

        public void Complete(long length) => inner.Complete(length);
    }
}
