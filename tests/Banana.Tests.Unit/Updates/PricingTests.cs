// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Foundation.Errors;
using Banana.Updates.Fetching;
using Banana.Updates.Planning;

namespace Banana.Tests.Unit.Updates;

public sealed class PricingTests
{
    [Fact]
    public void A_request_costs_as_much_as_32_KiB()
    {
        Assert.True(new FetchCost(100_000, 1) < new FetchCost(80_000, 2));
        Assert.True(new FetchCost(60_000, 2) < new FetchCost(100_000, 1));
        Assert.Equal(new FetchCost(5, 3), new FetchCost(2, 1) + new FetchCost(3, 2));
    }

    [Fact]
    public void Room_is_summed_where_it_is_shared()
    {
        RoomNeed.Require([new("a", "/x", 60, 100), new("b", "/x", 40, 100), new("c", "/y", 90, 90)]);
        var error = Assert.Throws<BananaException>(() => RoomNeed.Require([new("a", "/x", 60, 100), new("b", "/x", 41, 100)]));
        Assert.Equal(ExitCode.NoSpace, error.Code);
        Assert.Contains("101 bytes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_journal_is_read_as_it_was_written_and_only_for_its_part()
    {
        using var folder = new TemporaryFolder();
        var journal = new FetchJournal { Part = "a", Way = "patch:b", Fetched = 5, Written = 4096, Failed = ["chunks:c"] };
        await journal.WriteAsync(new FileNote(folder["journal"]), TestContext.Current.CancellationToken);
        var read = FetchJournal.Read(new FileNote(folder["journal"]), "a")!;
        Assert.Equal((journal.Way, journal.Fetched, journal.Written), (read.Way, read.Fetched, read.Written));
        Assert.Equal(journal.Failed, read.Failed);
        Assert.Null(FetchJournal.Read(new FileNote(folder["journal"]), "b"));
        Assert.Null(FetchJournal.Read(new FileNote(folder["other"]), "a"));
    }

    [Fact]
    public void A_journal_of_any_bytes_is_no_crash()
    {
        using var folder = new TemporaryFolder();
        var random = new Random(3);
        var right = """{"format":1,"part":"a","way":"patch:b","fetched":5,"written":4096,"failed":["chunks:c"]}"""u8.ToArray();
        for (var i = 0; i < 2000; i++)
        {
            var bytes = right.ToArray();
            for (var flips = random.Next(1, 4); flips > 0; flips--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            File.WriteAllBytes(folder["journal"], bytes);
            Assert.True(FetchJournal.Read(new FileNote(folder["journal"]), "a") is null or { Fetched: >= 0, Written: >= 0 });
        }
    }
}
