// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Cli.Setup;
using Banana.Cli.Testing;
using Banana.Foundation.Progress;

namespace Banana.Tests.Unit.Cli;

/// <summary>How <c>banana test</c> reads what a test program reports. The lines are those of xunit.v3 3.2, shortened.</summary>
public sealed class TestReportTests
{
    private const string Started = """{"$type":"test-starting","AssemblyUniqueID":"2d","TestUniqueID":"41","StartTime":"2026-11-21T21:50:57.8469610+00:00","TestDisplayName":"N.ThingTests.Bad(x: 1)","Timeout":0}""";
    private const string Passed = """{"$type":"test-passed","TestUniqueID":"41","ExecutionTime":0.0141044,"FinishTime":"2026-11-21T21:50:57.8706924+00:00"}""";
    private const string Slow = """{"$type":"test-passed","TestUniqueID":"41","ExecutionTime":75.2}""";
    private const string Skipped = """{"$type":"test-skipped","TestUniqueID":"41","ExecutionTime":0,"Reason":"no kvm"}""";
    private const string Failed = """{"$type":"test-failed","TestUniqueID":"41","ExecutionTime":0.0034282,"Cause":"Exception","ExceptionParentIndices":[-1,0],"ExceptionTypes":["System.InvalidOperationException","System.IO.IOException"],"Messages":["it broke","disk gone"],"StackTraces":["   at N.Thing.Run() in /banana/src/Thing/Thing.cs:line 7\n   at System.Reflection.MethodBaseInvoker.InvokeWithNoArgs(Object obj)","   at X"]}""";
    private const string Cleanup = """{"$type":"test-class-cleanup-failure","Messages":["left a mount"],"ExceptionTypes":["System.Exception"],"StackTraces":[""]}""";
    private const string Complete = """{"$type":"test-assembly-finished","ExecutionTime":0.19,"TestsFailed":1,"TestsNotRun":0,"TestsSkipped":2,"TestsTotal":6}""";
    private readonly List<string> said = [];
    private readonly TestTally tally;

    public TestReportTests() => tally = new TestTally(new TestTier("unit", "N.Tests", Need.None, NeedsRoot: false), SilentProgress.Instance, said.Add);

    private void Take(params string[] lines)
    {
        foreach (var line in lines)
        {
            tally.Take(line);
        }
    }

    [Fact]
    public void Outcomes_are_counted()
    {
        Take("""{"$type":"discovery-complete","AssemblyUniqueID":"2d","TestCasesToRun":3}""", Started, Passed, Started, Skipped, Started, Failed, Complete);
        Assert.Equal((1, 1, true), (tally.Passed, tally.Failed, tally.IsComplete));
        Assert.Equal([("N.ThingTests.Bad(x: 1)", "no kvm")], tally.Skipped);
    }

    [Fact]
    public void A_failure_is_told_at_once_with_its_causes_and_our_files()
    {
        Take(Started, Failed);
        Assert.Equal(
            """
            FAILED unit: N.ThingTests.Bad(x: 1) (0.0 s)
                System.InvalidOperationException: it broke
                caused by System.IO.IOException: disk gone
                at N.Thing.Run() in src/Thing/Thing.cs:7
            """,
            Assert.Single(said));
    }

    [Fact]
    public void A_failed_cleanup_is_a_failure()
    {
        Take(Cleanup, Complete);
        Assert.Equal(1, tally.Failed);
        Assert.Contains("left a mount", Assert.Single(said), StringComparison.Ordinal);
    }

    [Fact]
    public void Only_tests_that_take_long_are_told_when_they_pass()
    {
        Take(Started, Passed);
        Assert.Empty(said);
        Take(Started, Slow);
        Assert.Contains("N.ThingTests.Bad(x: 1) (75 s)", Assert.Single(said), StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_that_died_is_a_failure_that_names_the_test_it_died_in()
    {
        Take(Started, Passed, "Process terminated. dead", Started, "   at Somewhere()");
        tally.Died(134, "dotnet N.Tests.dll");
        Assert.Equal((1, 1, false), (tally.Passed, tally.Failed, tally.IsComplete));
        Assert.Contains("exit code 134 while 'N.ThingTests.Bad(x: 1)' ran; to replay: dotnet N.Tests.dll\n    Process terminated. dead\n", Assert.Single(said), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("{\"$type\":\"test-passed\"")]
    [InlineData("{\"$type\":\"something-new\",\"Messages\":[null]}")]
    public void Other_lines_are_passed_over(string line)
    {
        Take(line);
        Assert.Equal((0, 0, 0), (tally.Passed, tally.Failed, tally.Skipped.Count));
    }
}
