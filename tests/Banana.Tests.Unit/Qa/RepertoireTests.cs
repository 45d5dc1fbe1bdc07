// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Foundation.Errors;
using Banana.Qa.Scenarios;
using Banana.Qa.Staging;

namespace Banana.Tests.Unit.Qa;

/// <summary>Which scenarios are played, in what order, and on which machine.</summary>
public sealed class RepertoireTests
{
    [Fact]
    public void What_a_scenario_needs_is_played_before_it()
    {
        Assert.Equal(["desktop", "launch", "files"], NamesOf(Repertoire.Choose(["files"])));
        Assert.Equal(["update", "broken"], NamesOf(Repertoire.Choose([Repertoire.Broken])));
        var error = Assert.Throws<BananaException>(() => Repertoire.Choose(["fils"]));
        Assert.StartsWith("there is no scenario 'fils'; there are: new, boot, login", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_wish_only_those_are_played_that_nothing_has_to_be_built_for()
    {
        Assert.Equal(Repertoire.All, Repertoire.Choose([], all: true));
        Assert.Equal(["update", "rollback", "broken"], NamesOf(Repertoire.All.Except(Repertoire.Choose([]))));
        Assert.DoesNotContain(Repertoire.Choose([]), Repertoire.NeedsMoreReleases);
        Assert.Equal(["boot"], NamesOf(Repertoire.Choose(["boot"], all: true)));
    }

    [Fact]
    public void Each_scenario_comes_after_the_one_that_it_needs_on_the_same_machine()
    {
        Assert.Distinct(Repertoire.All.Select(scenario => scenario.Name));
        for (var place = 0; place < Repertoire.All.Count; place++)
        {
            var scenario = Repertoire.All[place];
            Assert.True(scenario.After is not { } before || Repertoire.All.Take(place).Any(other => other.Name == before && other.Machine == scenario.Machine), scenario.Name);
        }
    }

    [Fact]
    public void Each_machine_is_started_once()
    {
        var groups = Repertoire.ByMachine(Repertoire.Choose(["rollback", "login", "konsole"])).ToList();
        Assert.Equal([MachineKind.Greeter, MachineKind.Session, MachineKind.UpdatingSession], groups.Select(group => group.Key));
        Assert.Equal([["boot", "login"], ["desktop", "konsole"], ["update", "rollback"]], groups.Select(NamesOf));
    }

    private static IEnumerable<string> NamesOf(IEnumerable<IScenario> scenarios) => scenarios.Select(scenario => scenario.Name);
}
