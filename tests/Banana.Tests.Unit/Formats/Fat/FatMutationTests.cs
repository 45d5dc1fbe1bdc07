// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Diagnostics;
using Banana.Formats.Fat;
using Banana.Foundation.Errors;

namespace Banana.Tests.Unit.Formats.Fat;

/// <summary>Damaged volumes: refused with their name, or read within bounds; what has no finding has whole files.</summary>
public sealed class FatMutationTests
{
    private const long MemoryLimit = 256 << 20;
    private const long MostRead = 64 << 20;
    private static readonly int Rounds = Mutations.Rounds(400, tests: 3);
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData(FatKind.Fat12)]
    [InlineData(FatKind.Fat16)]
    [InlineData(FatKind.Fat32)]
    public void Damage_is_named_or_does_no_harm(FatKind kind)
    {
        var whole = FatSamples.Bytes(kind);
        var places = Places(whole);
        var random = new Random((int)kind);
        var (refused, found) = (0, 0);
        for (var round = 0; round < Rounds; round++)
        {
            var changes = new Dictionary<long, byte>();
            for (var count = random.Next(1, 6); count > 0; count--)
            {
                var place = places[random.Next(places.Count)];
                changes[place] = random.Next(3) switch { 0 => (byte)(whole[place] ^ (1 << random.Next(8))), 1 => (byte)random.Next(256), _ => random.Next(2) == 0 ? (byte)0 : (byte)0xff };
            }

            var before = GC.GetAllocatedBytesForCurrentThread();
            var clock = Stopwatch.GetTimestamp();
            try
            {
                var volume = FatVolume.Read(new Patched(whole, changes));
                var findings = volume.Check();
                found += findings.Count > 0 ? 1 : 0;
                ReadAll(volume, volume.Root, findings, []);
            }
            catch (BananaException error)
            {
                refused++;
                Assert.True(error.Code == ExitCode.BadInput, $"round {round}: {error}");
                Assert.Contains("esp.img", error.Message, StringComparison.Ordinal);
            }
            catch (Exception error) when (error is not Xunit.Sdk.IAssertionException)
            {
                Assert.Fail($"round {round}: {error}\n{string.Join(' ', changes)}");
            }

            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < MemoryLimit, $"round {round} took {GC.GetAllocatedBytesForCurrentThread() - before} bytes");
            Assert.True(Stopwatch.GetElapsedTime(clock) < TimeLimit, $"round {round} took {Stopwatch.GetElapsedTime(clock)}");
        }

        Assert.True(refused > Rounds / 100 && found > Rounds / 5, $"of {Rounds}, {refused} were refused and {found} had findings");
    }

    // Where the structure is: what is not zero before the files, and the records of folders.
    private static List<int> Places(byte[] whole)
    {
        List<int> places = [.. Enumerable.Range(0, 64).Where(at => at is >= 11 and < 48)];
        for (var at = 0; at < whole.Length; at += 32)
        {
            var isRecord = at >= 512 && whole.AsSpan(at + 11, 1)[0] is 0x0f or 0x10 or 0x20 && whole[at] != 0;
            var isTable = at is >= 512 and < 50_000 && whole.AsSpan(at, 32).ContainsAnyExcept((byte)0) && whole.AsSpan(at, 32).ContainsAnyInRange((byte)0x80, (byte)0xff);
            if (isRecord || isTable)
            {
                places.AddRange(Enumerable.Range(at, 32));
            }
        }

        return places;
    }

    private static void ReadAll(FatVolume volume, FatEntry folder, IReadOnlyList<FatFinding> findings, HashSet<uint> seen)
    {
        foreach (var entry in volume.List(folder))
        {
            if (entry.IsFolder)
            {
                if (seen.Add(entry.FirstCluster))
                {
                    ReadAll(volume, entry, findings, seen);
                }

                continue;
            }

            try
            {
                using var file = volume.Open(entry);
                Assert.Equal(entry.Size, file.Length);
                var content = new byte[Math.Min(entry.Size, MostRead)];
                file.Read(0, content);
            }
            catch (BananaException error) when (findings.Any(finding => finding.Path == entry.Path && finding.Kind is FatFindingKind.Loop or FatFindingKind.EndsEarly))
            {
                Assert.Contains(entry.Path, error.Message, StringComparison.Ordinal);
            }
        }
    }
}
