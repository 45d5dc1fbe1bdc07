// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bases;
using Banana.Definition.Model;
using Banana.Foundation.Errors;

namespace Banana.Tests.Unit.Bases;

public sealed class LockfileTests
{
    private const string Zeros = "0000000000000000000000000000000000000000000000000000000000000000";

    private const string Text = """
        {
          "format": 1,
          "base": "debian",
          "plugin": "debian",
          "suite": "forky",
          "architecture": "x86-64",
          "epoch": 1793347681,
          "requested": [
            "libstdc++6"
          ],
          "assumed": [],
          "packages": [
            {"name":"libc6","version":"2.43-7","architecture":"amd64","file":"pool/main/g/glibc/libc6_2.43-7_amd64.deb","size":1,"sha256":"0000000000000000000000000000000000000000000000000000000000000000","source":"glibc 2.43-7","essential":true},
            {"name":"libstdc++6","version":"16","architecture":"amd64","file":"pool/main/g/gcc/libstdc++6_16_amd64.deb","size":2,"sha256":"0000000000000000000000000000000000000000000000000000000000000000","source":"gcc 16"}
          ]
        }

        """;

    private static readonly SuiteDefinition Suite = new() { Name = "forky", Components = ["main"] };

    private static readonly BaseDefinition Base = new()
    {
        Name = "debian",
        Plugin = "debian",
        Architecture = "x86-64",
        Suites = new Dictionary<string, SuiteDefinition>(StringComparer.Ordinal) { ["forky"] = Suite },
    };

    private static Lockfile Read(string text = Text) => LockfileJson.Parse(text, "os/locks/core.lock.json");

    [Fact]
    public void Written_form_is_the_documented_one_and_reads_back() => Assert.Equal(Text, LockfileJson.Serialize(Read()));

    [Fact]
    public void Fields_arrive()
    {
        var lockfile = Read();
        Assert.Equal(1793347681, lockfile.Epoch);
        Assert.True(lockfile.Packages[0].Essential);
        Assert.False(lockfile.Packages[1].Essential);
        Assert.Equal("gcc 16", lockfile.Packages[1].Source);
    }

    [Theory]
    [InlineData("\"format\": 1", "\"format\": 2", ExitCode.NewerFormat, "os/locks/core.lock.json: the lockfile has format 2")]
    [InlineData("\"format\": 1", "\"format\": 0", ExitCode.BadInput, "core.lock.json:2:")]
    [InlineData("\"format\": 1,", "", ExitCode.BadInput, "not a lockfile")]
    [InlineData("\"epoch\": 1793347681", "\"epoch\": \"now\"", ExitCode.BadInput, "core.lock.json:7:")]
    [InlineData("\"suite\": \"forky\",", "", ExitCode.BadInput, "malformed")]
    [InlineData("\"suite\"", "\"sweet\"", ExitCode.BadInput, "core.lock.json:5:")]
    [InlineData("\"size\":2", "\"size\":-2", ExitCode.BadInput, "core.lock.json:14:")]
    [InlineData("\"sha256\":\"0000", "\"sha256\":\"000Z", ExitCode.BadInput, "not a SHA-256")]
    [InlineData("\"pool/main/g/gcc", "\"../main/g/gcc", ExitCode.BadInput, "leaves the mirror")]
    [InlineData("\"name\":\"libstdc++6\"", "\"name\":\"libc6\"", ExitCode.BadInput, "not sorted")]
    [InlineData("\"name\":\"libstdc++6\"", "\"name\":\"m/../..\"", ExitCode.BadInput, "cannot be a path")]
    [InlineData("\"packages\": [", "\"packages\": [[", ExitCode.BadInput, "malformed")]
    public void Bad_lockfile_is_refused_with_file_and_line(string what, string with, ExitCode code, string says)
    {
        var error = Assert.Throws<BananaException>(() => Read(Text.Replace(what, with, StringComparison.Ordinal)));
        Assert.Equal(code, error.Code);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Truncated_lockfile_is_refused_at_every_length()
    {
        for (var length = 0; length < Text.TrimEnd().Length; length += 7)
        {
            Assert.Equal(ExitCode.BadInput, Assert.Throws<BananaException>(() => Read(Text[..length])).Code);
        }
    }

    [Fact]
    public async Task Missing_lockfile_is_null_and_written_one_is_there()
    {
        using var directory = new TemporaryFolder();
        var path = directory["locks/core.lock.json"];
        Assert.Null(await LockfileJson.ReadAsync(path, TestContext.Current.CancellationToken));
        await LockfileJson.WriteAsync(path, Read(), TestContext.Current.CancellationToken);
        Assert.Equal(Text, await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
        Assert.Single(Directory.GetFiles(directory["locks"]));
    }

    [Fact]
    public void Changes_name_what_was_added_removed_and_changed()
    {
        var before = Read();
        var after = before with
        {
            Packages =
            [
                before.Packages[0] with { Version = "2.44-1" },
                new LockedPackage { Name = "zlib1g", Version = "1", Architecture = "amd64", File = "z", Size = 1, Sha256 = Zeros, Source = "zlib 1" },
            ],
        };
        var changes = LockfileChanges.Between(before, after);
        Assert.Equal("zlib1g", Assert.Single(changes.Added).Name);
        Assert.Equal("libstdc++6", Assert.Single(changes.Removed).Name);
        var change = Assert.Single(changes.Changed);
        Assert.Equal(("2.43-7", "2.44-1"), (change.Old.Version, change.New.Version));
        Assert.True(LockfileChanges.Between(before, before).IsEmpty);
        Assert.Equal(2, LockfileChanges.Between(null, before).Added.Count);
    }

    [Fact]
    public void Same_version_with_other_contents_is_a_change()
    {
        var before = Read();
        var after = before with { Packages = [before.Packages[0] with { Sha256 = Zeros.Replace('0', '1') }, before.Packages[1]] };
        Assert.Single(LockfileChanges.Between(before, after).Changed);
    }

    [Fact]
    public void Lockfile_fits_what_it_was_made_from() => Assert.Null(LockfileChanges.Misfit(Read(), Base, Suite, ["libstdc++6"]));

    [Fact]
    public void Misfit_says_why()
    {
        Assert.Contains("without bash", LockfileChanges.Misfit(Read(), Base, Suite, ["bash", "libstdc++6"]), StringComparison.Ordinal);
        Assert.Contains("with libstdc++6", LockfileChanges.Misfit(Read(), Base, Suite, []), StringComparison.Ordinal);
        Assert.Contains("suite forky, not sid", LockfileChanges.Misfit(Read(), Base, Suite with { Name = "sid" }, ["libstdc++6"]), StringComparison.Ordinal);
        Assert.Contains("not arm64", LockfileChanges.Misfit(Read(), Base with { Architecture = "arm64" }, Suite, ["libstdc++6"]), StringComparison.Ordinal);
        Assert.Contains("as given", LockfileChanges.Misfit(Read(), Base with { AssumeProvided = ["x"] }, Suite, ["libstdc++6"]), StringComparison.Ordinal);
    }
}
