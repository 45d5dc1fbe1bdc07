// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Banana.Formats.Release;
using Banana.Foundation.Errors;

namespace Banana.Tests.Unit.Formats.Release;

/// <summary>
/// Damaged manifests and deliveries: refused with the file's name, or read as exactly what they say. What is read and written again says
/// the same, so that nobody who checks a file by other means sees another release than we do.
/// </summary>
public sealed class ReleaseMutationTests
{
    private const long MemoryLimit = 64 << 20;
    private static readonly int Rounds = Mutations.Rounds(2000, tests: 1);
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(10);
    private static readonly string[] Tokens =
    [
        "\"", "\\", "{", "}", "[", "]", ":", ",", "-", "0", "1e1", "1.0", "null", "null,", "true", "\\ud800", "\\u0000", "\n", " ", "9999999999999999999999", "\"format\": 2,", "\"colour\": 1,", "\"size\": 1,",
        "\"usr\"", "\"Usr\"", "\"usr, uki\"", "\"uki\"", "\"2\"", "../", "/", ".", "ÿ", "\"\"", "\"20261121.03\"", "// x\n", "[null]", "{}",
    ];

    [Fact]
    public void A_damaged_manifest_is_refused_or_is_another_sound_one() =>
        Run(Samples.Manifest.ToJson(), seed: 1, bytes => ReleaseManifest.Parse(bytes, "test.json").ToJson());

    [Fact]
    public void A_damaged_delivery_is_refused_or_is_another_sound_one() =>
        Run(Samples.Delivery.ToJson(), seed: 2, bytes => ReleaseDelivery.Parse(bytes, "test.json").ToJson());

    private static void Run(byte[] whole, int seed, Func<byte[], byte[]> again)
    {
        var random = new Random(seed);
        var refused = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = Damage(whole, random);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var clock = Stopwatch.GetTimestamp();
            byte[]? written = null;
            try
            {
                written = again(bytes);
            }
            catch (BananaException error)
            {
                refused++;
                Assert.True(error.Code is ExitCode.BadInput or ExitCode.NewerFormat, $"round {round}: {error}");
                Assert.Contains("test.json", error.Message, StringComparison.Ordinal);
            }
            catch (Exception error) when (error is not Xunit.Sdk.IAssertionException)
            {
                Assert.Fail($"round {round}: {error}\n{Encoding.Latin1.GetString(bytes)}");
            }

            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < MemoryLimit, $"round {round} took {GC.GetAllocatedBytesForCurrentThread() - before} bytes");
            Assert.True(Stopwatch.GetElapsedTime(clock) < TimeLimit, $"round {round} took {Stopwatch.GetElapsedTime(clock)}");
            if (written is not null)
            {
                Assert.Equal(Facts(bytes), Facts(written));
                Assert.Equal(written, again(written));
            }
        }

        Assert.True(refused > Rounds / 2, $"only {refused} of {Rounds} were refused");
    }

    // Every value with the keys that lead to it, in no order: parts are sorted when they are written. What may be missing is left out.
    private static List<string> Facts(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        var facts = new List<string>();
        Collect(document.RootElement, string.Empty, facts);
        facts.Sort(StringComparer.Ordinal);
        return facts;
    }

    private static void Collect(JsonElement element, string path, List<string> facts)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    Collect(member.Value, $"{path}.{member.Name}", facts);
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    Collect(item, path, facts);
                }

                break;
            case JsonValueKind.Null:
                break;
            default:
                var fact = $"{path}={(element.ValueKind == JsonValueKind.String ? '"' + element.GetString() : Number(element.GetRawText()))}";
                if (fact is not ".minimumVersion=0")
                {
                    facts.Add(fact);
                }

                break;
        }
    }

    private static byte[] Damage(byte[] whole, Random random)
    {
        List<byte> bytes = [.. whole];
        for (var change = random.Next(1, 4); change > 0 && bytes.Count > 0; change--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(7))
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
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Tokens[random.Next(Tokens.Length)]));
                    break;
                case 4:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 200), bytes.Count - at)));
                    break;
                case 5:
                    Replace(bytes, at, random);
                    break;
                default:
                    bytes.InsertRange(at, Enumerable.Repeat((byte)(random.Next(2) == 0 ? '[' : '{'), random.Next(1, 300)));
                    break;
            }
        }

        return [.. bytes];
    }

    // A value in the place of the next one: what random bytes seldom give is a file that is still JSON.
    private static void Replace(List<byte> bytes, int at, Random random)
    {
        var colon = bytes.IndexOf((byte)':', at);
        if (colon < 0)
        {
            return;
        }

        var end = colon;
        while (end < bytes.Count && bytes[end] is not ((byte)',' or (byte)'\n' or (byte)'}'))
        {
            end++;
        }

        bytes.RemoveRange(colon + 1, end - colon - 1);
        bytes.InsertRange(colon + 1, Encoding.UTF8.GetBytes(Tokens[random.Next(Tokens.Length)]));
    }

    // Minus nothing is nothing.
    private static string Number(string text) => text == "-0" ? "0" : text;
}
