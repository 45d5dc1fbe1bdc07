// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Tuf;
using Banana.Tuf.Client;
using Banana.Tuf.Metadata;

namespace Banana.Tests.Unit.Tuf;

/// <summary>The search through delegations (specification 5.6.7).</summary>
public sealed class DelegationTests
{
    [Theory]
    [InlineData("*.py", "a.py", true)]
    [InlineData("*.py", "a/b.py", false)]
    [InlineData("a/*/c", "a/b/c", true)]
    [InlineData("a/*/c", "a/b/b/c", false)]
    [InlineData("a/?", "a/b", true)]
    [InlineData("a?b", "a/b", false)]
    [InlineData("*", "", true)]
    [InlineData("**a*", "bba", true)]
    [InlineData("a*b*c", "abbbc", true)]
    [InlineData("a*b*c", "abbb", false)]
    [InlineData("[a]", "a", false)]
    [InlineData("A", "a", false)]
    [InlineData("plasma/*/manifest.json", "plasma/20260101.1/manifest.json", true)]
    [InlineData("plasma/*/manifest.json", "plasma/../x/manifest.json", false)]
    public void Patterns_match_within_a_segment(string pattern, string path, bool matches) => Assert.Equal(matches, PathPattern.Matches(pattern, path));

    [Fact]
    public void A_long_hostile_pattern_takes_no_exponential_time() =>
        Assert.False(PathPattern.Matches(string.Concat(Enumerable.Repeat("a*", 5000)) + "b", new string('a', 20000)));

    // Delegator>role[!][:pattern], in order; then what a search for "target" visits.
    [Theory]
    [InlineData("targets>A targets>B", "A B")]
    [InlineData("targets>A targets>B A>C A>D", "A C D B")]
    [InlineData("targets>A targets>B A>C C>D", "A C D B")]
    [InlineData("targets>A targets>B A>C! A>D", "A C")]
    [InlineData("targets>A targets>B A>C! C>D", "A C D")]
    [InlineData("targets>A:*.py targets>B A>C", "B")]
    [InlineData("targets>A targets>B A>C:*.py C>D", "A B")]
    [InlineData("targets>A targets>B B>C C>D D>B", "A B C D")]
    [InlineData("targets>A targets>B B>C A>C", "A C B")]
    [InlineData("targets>A targets>B B>C A>C:*.py", "A B C")]
    public async Task Roles_are_visited_in_pre_order(string delegations, string visited)
    {
        using var world = new TufWorld();
        Delegate(world, delegations);
        Assert.Null(await world.Client().FindTargetAsync("target", TestContext.Current.CancellationToken));
        Assert.Equal(visited.Split(' ').Select(role => $"1.{role}.json"), world.Server.Requests[4..]);
    }

    [Fact]
    public async Task The_first_role_that_has_the_target_wins()
    {
        using var world = new TufWorld();
        Delegate(world, "targets>A targets>B");
        world.Repository.SetTarget("B", "target", TargetFile.Of([2]));
        world.Repository.SetTarget("A", "target", TargetFile.Of([1, 1]));
        world.Publish();
        Assert.Equal(2, (await world.Client().FindTargetAsync("target", TestContext.Current.CancellationToken))!.Length);
    }

    [Fact]
    public async Task No_more_roles_than_permitted_are_visited()
    {
        using var world = new TufWorld();
        Delegate(world, "targets>A A>B B>C C>D");
        world.Repository.SetTarget("D", "target", TargetFile.Of([1]));
        world.Publish();
        Assert.Null(await world.Client(new TufClientOptions { MaxDelegations = 3 }).FindTargetAsync("target", TestContext.Current.CancellationToken));
        Assert.NotNull(await world.Client(new TufClientOptions { MaxDelegations = 4 }).FindTargetAsync("target", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_role_may_be_delegated_by_the_hash_of_paths()
    {
        using var world = new TufWorld();
        var key = world.Keys[TufWorld.Channel].Public;
        var digit = TargetHashes.Of("target"u8).Values["sha256"][..2];
        world.Repository.Delegate(new DelegatedRole { Name = "bin", Keys = new([key.Id], 1), PathHashPrefixes = [digit] }, [key]);
        world.Repository.SetTarget("bin", "target", TargetFile.Of([1]));
        world.Repository.SetTarget("bin", "other", TargetFile.Of([1]));
        world.Publish();
        Assert.NotNull(await world.Client().FindTargetAsync("target", TestContext.Current.CancellationToken));
        Assert.Null(await world.Client().FindTargetAsync("other", TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("?")]
    [InlineData("#")]
    [InlineData("/delegated")]
    [InlineData("../delegated")]
    public async Task A_role_name_never_leaves_its_folder(string role)
    {
        using var world = new TufWorld();
        var key = world.Keys[TufWorld.Channel].Public;
        world.Repository.Delegate(new DelegatedRole { Name = role, Keys = new([key.Id], 1), Paths = ["*"] }, [key]);
        world.Publish();
        Assert.Null(await world.Client().FindTargetAsync("target", TestContext.Current.CancellationToken));
        Assert.Equal($"1.{Uri.EscapeDataString(role)}.json", world.Server.Requests[^1]);
        Assert.Equal(5, Directory.GetFiles(world.Folder, "*.json", SearchOption.AllDirectories).Length);
        Assert.Equal(5, Directory.GetFiles(world.Trusted, "*.json").Length);
    }

    private static void Delegate(TufWorld world, string delegations)
    {
        var key = world.Keys[TufWorld.Channel].Public;
        foreach (var text in delegations.Split(' '))
        {
            var (delegator, rest) = (text.Split('>')[0], text.Split('>')[1]);
            var (name, pattern) = rest.Contains(':') ? (rest.Split(':')[0], rest.Split(':')[1]) : (rest, "*");
            world.Repository.Delegate(new DelegatedRole { Name = name.TrimEnd('!'), Keys = new([key.Id], 1), Terminating = name.EndsWith('!'), Paths = [pattern] }, [key], delegator);
        }

        world.Publish();
    }
}
