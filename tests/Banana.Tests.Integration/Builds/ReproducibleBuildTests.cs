// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Forge.Diff;
using Banana.Tests.Integration.Tools;

namespace Banana.Tests.Integration.Builds;

/// <summary>The same lockfile gives the same bytes, whoever builds it, where and when.</summary>
public sealed class ReproducibleBuildTests
{
    [Fact]
    public async Task Two_machines_that_agree_on_nothing_else_build_the_same_release()
    {
        using var one = await MakersMachine.CreateAsync();
        using var other = await MakersMachine.CreateAsync("ein anderer Ort, mit Ümlauten", mask: "077", hasSources: true);
        other.Environment["TZ"] = "Pacific/Kiritimati";
        other.Environment["LC_ALL"] = "tr_TR.UTF-8";
        other.Environment["LANG"] = "tr_TR.UTF-8";
        other.Environment["USER"] = "somebody";
        other.Environment["SOURCE_DATE_EPOCH"] = "1";
        await OtherClockAsync(other);

        var first = await one.BuildAsync();
        var second = await other.BuildAsync();

        var difference = await FirstDifference.FindAsync(first, second, TestContext.Current.CancellationToken);
        Assert.True(difference is null, $"the first difference is in {difference?.Part}: {difference?.What}");
        Assert.True(File.Exists(Path.Combine(other.Home, "bin", "bwrap.used")), "the other machine did not live at another time");
    }

    // A stand-in for bwrap, first in PATH: everything inside any sandbox lives 400 days later, but for the compiler, which runs
    // with the libraries of the host, into which the workbench's library does not fit.
    private static async Task OtherClockAsync(MakersMachine machine)
    {
        var library = Directory.GetFiles(Path.Combine((await WorkbenchTools.WorkbenchAsync()).Root, "usr/lib"), "libfaketime.so.1", SearchOption.AllDirectories).Single();
        var programs = Path.Combine(machine.Home, "bin");
        Directory.CreateDirectory(programs);
        var standIn = Path.Combine(programs, "bwrap");
        await File.WriteAllTextAsync(
            standIn,
            $"""
            #!/bin/bash
            before=()
            while [ "$1" != -- ]; do before+=("$1"); shift; done
            case " $before[*] " in *" /banana/dotnet "*) exec /usr/bin/bwrap "$before[@]" "$@" ;; esac
            echo used >>'{standIn}.used'
            exec /usr/bin/bwrap "$before[@]" --ro-bind '{library}' /run/libfaketime.so.1 --setenv LD_PRELOAD /run/libfaketime.so.1 --setenv FAKETIME +400d --setenv FAKETIME_DONT_FAKE_MONOTONIC 1 "$@"

            """.Replace("$before[@]", "${before[@]}", StringComparison.Ordinal).Replace("$before[*]", "${before[*]}", StringComparison.Ordinal));
        File.SetUnixFileMode(standIn, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        machine.Environment["PATH"] = programs + ":" + Environment.GetEnvironmentVariable("PATH");
    }
}
