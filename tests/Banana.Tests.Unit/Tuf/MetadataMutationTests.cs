// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Diagnostics;
using Banana.Tests.Unit.Formats;
using Banana.Tuf;
using Banana.Tuf.Keys;
using Banana.Tuf.Metadata;
using Banana.Tuf.Repository;

namespace Banana.Tests.Unit.Tuf;

/// <summary>
/// Seeded mutation of metadata: a reader refuses, or reads what has not the signatures; nothing else is thrown, nothing hangs, and memory
/// stays bounded.
/// </summary>
public sealed class MetadataMutationTests
{
    private const int Slice = 8000;
    private static readonly string[] Tokens = ["\"", "\\", "{", "}", "[", "]", ":", ",", "-", "0", "1e9", "null", "true", "\\ud800", "\\u0000", "\n", "9999999999999999999999", "\"version\":", "\"_type\":\"root\"", "ÿ"];

    [Fact]
    public void No_mutated_metadata_is_accepted_and_no_reader_fails_in_another_way()
    {
        using var world = new TufWorld();
        world.Release("20260101.1", "manifest"u8.ToArray());
        var root = world.Repository.Root;
        (string Name, Func<byte[], (bool Accepted, byte[] Signed)> Read)[] readers =
        [
            ("1.root.json", json => Check(MetadataReader.Root(json), root.Roles["root"], root.Keys)),
            ("timestamp.json", json => Check(MetadataReader.Timestamp(json), root.Roles["timestamp"], root.Keys)),
            ("2.snapshot.json", json => Check(MetadataReader.Snapshot(json), root.Roles["snapshot"], root.Keys)),
            ("1.targets.json", json => Check(MetadataReader.Targets(json), root.Roles["targets"], root.Keys)),
            ("2.stable-plasma.json", json => Check(MetadataReader.Targets(json, "x"), world.Repository.Roles["targets"].Delegations!.Roles[0].Keys, world.Repository.Roles["targets"].Delegations!.Keys)),
        ];
        var request = world.Repository.ProposeRoot(next => next).Sign(world.RootKeys[0]).Encode();
        var count = Mutations.Rounds(Slice, tests: 1);
        var random = new Random(20260101);
        var refused = 0;
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < count; i++)
        {
            var (name, read) = readers[i % readers.Length];
            var good = world.Server.Files[name];
            var mutated = Mutate(random, i % 97 == 0 ? request : good);
            try
            {
                if (i % 97 == 0)
                {
                    _ = SigningRequest.Parse(mutated).IsComplete;
                    continue;
                }

                var (accepted, signed) = read(mutated);
                // A change outside of what is signed, such as white space or an unused signature, may be accepted; a change of what is signed never.
                Assert.True(!accepted || signed.AsSpan().SequenceEqual(read(good).Signed), $"mutation {i} of {name} was accepted");
                refused += accepted ? 0 : 1;
            }
            catch (TufException)
            {
                refused++;
            }
        }

        Assert.True(refused > count * 0.9, $"{refused} of {count} were refused: the mutations do not reach what is signed");
        Assert.True(watch.Elapsed < TimeSpan.FromMilliseconds(5 * count) + TimeSpan.FromSeconds(20));
    }

    private static (bool Accepted, byte[] Signed) Check<T>(Envelope<T> envelope, RoleKeys role, IReadOnlyDictionary<string, PublicKey> keys)
        where T : RoleMetadata => (envelope.IsSignedBy(role, keys), envelope.SignedBytes.ToArray());

    private static byte[] Mutate(Random random, byte[] good)
    {
        List<byte> bytes = [.. good];
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 60), bytes.Count - at));
                    break;
                case 3:
                    bytes.InsertRange(at, System.Text.Encoding.Latin1.GetBytes(Tokens[random.Next(Tokens.Length)]));
                    break;
                case 4:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 200), bytes.Count - at)));
                    break;
                default:
                    bytes.InsertRange(at, Enumerable.Repeat((byte)(random.Next(2) == 0 ? '[' : '{'), random.Next(1, 300)));
                    break;
            }

            if (bytes.Count == 0)
            {
                break;
            }
        }

        return [.. bytes];
    }
}
