// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text;
using Banana.Formats.Release;
using Banana.Vm.Machine;

namespace Banana.Qa.Staging;

/// <summary>Where a machine under test gets its updates from: a repository with what it runs, and with a release that comes after.</summary>
public sealed record UpdateSource
{
    /// <summary>The settings of the machine's administrator: the text of updates.json (docs/device.md).</summary>
    public required string Settings { get; init; }

    /// <summary>The repository's root of trust.</summary>
    public required ReadOnlyMemory<byte> TrustedRoot { get; init; }

    /// <summary>What the machine runs.</summary>
    public required ReleaseVersion First { get; init; }

    /// <summary>What it is offered.</summary>
    public required ReleaseVersion Next { get; init; }

    /// <summary>Publishes a release after that, whose desktop does not come up (<see cref="BrokenDesktop"/>), and tells its version.</summary>
    public required Func<CancellationToken, Task<ReleaseVersion>> PublishBrokenAsync { get; init; }

    /// <summary>The credentials of a machine that trusts the repository.</summary>
    public IReadOnlyList<Credential> Credentials => [new("banana.root", TrustedRoot)];

    /// <summary>
    /// Lines of tmpfiles.d(5) that write the settings. A file of the administrator's and no credential: of two credentials with one name systemd takes only one,
    /// and a broken release has to say in its own how long its boots may take.
    /// </summary>
    public IReadOnlyList<string> Files =>
        ["d /etc/banana 0755 root root", $"f~ /etc/banana/updates.json 0644 root root - {Convert.ToBase64String(Encoding.UTF8.GetBytes(Settings))}"];
}
