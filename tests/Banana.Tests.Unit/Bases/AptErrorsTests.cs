// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bases.Arch;
using Banana.Bases.Debian;
using Banana.Definition.Model;
using Banana.Foundation.Errors;
using Banana.Foundation.Processes;

namespace Banana.Tests.Unit.Bases;

/// <summary>The messages are those of apt 2.6 and 3.3 and of pacman 7.1.</summary>
public sealed class AptErrorsTests
{
    private static readonly SuiteDefinition Suite = new() { Name = "forky", Components = ["main"] };

    private static readonly BaseDefinition Base = new()
    {
        Name = "debian",
        Plugin = "debian",
        Architecture = "x86-64",
        Mirror = "http://mirror.example/debian",
        Keyring = "/keys/debian.gpg",
        Suites = new Dictionary<string, SuiteDefinition>(StringComparer.Ordinal),
    };

    [Theory]
    [InlineData("E: Unable to locate package kwin-wayland", ExitCode.BadInput, "there is no package 'kwin-wayland' in debian forky (main)")]
    [InlineData("Package foo is a virtual package\nE: Package 'foo' has no installation candidate", ExitCode.BadInput, "'foo'")]
    [InlineData("The following packages have unmet dependencies:\n a : Depends: b but it is not going to be installed\nE: Unable to correct problems", ExitCode.BadInput, "a : Depends: b but it is not going to be installed")]
    [InlineData("W: GPG error: http://m forky InRelease: The following signatures couldn't be verified because the public key is not available: NO_PUBKEY 78DBA3BC47EF2265\nE: The repository 'http://m forky InRelease' is not signed.", ExitCode.Untrusted, "no valid signature of a key in debian.gpg")]
    [InlineData("Err:1 http://m forky InRelease\nE: Failed to fetch http://m/Packages.xz  Hash Sum mismatch", ExitCode.Untrusted, "is not what its signed Release file says")]
    [InlineData("E: Release file for http://m/dists/forky/InRelease is expired (invalid since 15d). Updates for this repository will not be applied.", ExitCode.Untrusted, "time of validity")]
    [InlineData("E: Failed to fetch http://m/dists/forky/InRelease  Could not connect to m:80 (127.0.0.1). - connect (111: Connection refused)", ExitCode.Unreachable, "Could not connect")]
    public void Apt_failure_becomes_one_line(string output, ExitCode code, string says) => Check(AptErrors.Explain(Failure("apt-get", output), Base, Suite), code, says);

    [Theory]
    [InlineData("error: target not found: kwin", ExitCode.BadInput, "there is no package 'kwin'")]
    [InlineData("error: core: signature from \"X <x@y>\" is invalid\nerror: failed to synchronize all databases (invalid or corrupted database (PGP signature))", ExitCode.Untrusted, "signature from")]
    [InlineData("error: failed retrieving file 'core.db' from 127.0.0.1:1 : Failed to connect\nerror: failed to synchronize all databases (failed to retrieve some files)", ExitCode.Unreachable, "core.db")]
    [InlineData(":: unable to satisfy dependency 'b' required by a\nerror: failed to prepare transaction (could not satisfy dependencies)", ExitCode.BadInput, "cannot be installed together")]
    public void Pacman_failure_becomes_one_line(string output, ExitCode code, string says) => Check(PacmanErrors.Explain(Failure("pacman", output), Base, Suite), code, says);

    [Fact]
    public void Unknown_failure_stays_what_it_is_with_its_command()
    {
        var failure = Failure("apt-get", "E: something new");
        Assert.Same(failure, AptErrors.Explain(failure, Base, Suite));
    }

    private static CommandFailedException Failure(string program, string output) => new(Command.Of(program), new CommandResult(100, string.Empty, output));

    private static void Check(BananaException error, ExitCode code, string says)
    {
        Assert.Equal(code, error.Code);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.Contains("mirror.example", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.NotNull(error.Next);
    }
}
