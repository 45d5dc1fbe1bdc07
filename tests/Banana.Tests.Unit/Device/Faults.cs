// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

namespace Banana.Tests.Unit.Device;

/// <summary>What happens at one I/O call of a run, and from then on.</summary>
internal enum FaultKind
{
    /// <summary>The power goes: no call after it does anything.</summary>
    PowerCut,

    /// <summary>This call fails with EIO, later ones do not.</summary>
    FailsOnce,

    /// <summary>This call and all later writes fail with EIO.</summary>
    Fails,

    /// <summary>This call and all later writes fail with ENOSPC.</summary>
    Full,

    /// <summary>Half of what this call writes is written, then it fails.</summary>
    ShortWrite,
}

/// <summary>No power: what a killed run would have done next, it does not do.</summary>
internal sealed class PowerCutException : Exception;

/// <summary>Counts the I/O calls of an update, and fails one of them.</summary>
/// <param name="at">The call, from 1; null: none.</param>
/// <param name="kind">What happens then.</param>
internal sealed class Faults(int? at, FaultKind kind)
{
    private const int NoSpace = 28;
    private readonly Lock turn = new();

    public int Calls { get; private set; }

    /// <summary>Called before each write, flush, rename or deletion.</summary>
    /// <returns>Whether only half of it happens, before it fails.</returns>
    public bool Before()
    {
        lock (turn)
        {
            Calls++;
            if (at is not { } place || Calls < place)
            {
                return false;
            }

            switch (kind)
            {
                case FaultKind.PowerCut:
                    throw new PowerCutException();
                case FaultKind.ShortWrite when Calls == place:
                    return true;
                case FaultKind.FailsOnce when Calls == place:
                case FaultKind.Fails:
                    throw Error(5);
                case FaultKind.Full:
                    throw Error(NoSpace);
                default:
                    return false;
            }
        }
    }

    public static IOException Error(int errno) => new($"injected error {errno}", errno);
}
