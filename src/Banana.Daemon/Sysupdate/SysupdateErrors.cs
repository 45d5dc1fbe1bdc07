// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bus;
using Banana.Foundation.Errors;

namespace Banana.Daemon.Sysupdate;

/// <summary>Our errors as clients of systemd know them: names that sd-bus turns into an errno, and the statuses of <c>JobRemoved</c>.</summary>
internal static class SysupdateErrors
{
    /// <summary>There is no such thing.</summary>
    public const string NotFound = Errno + "ENOENT";

    private const string Errno = "System.Error.";
    private const int Killed = 15; // SIGTERM, of which a cancelled worker of sysupdated dies
    private const int Failure = 1;

    /// <summary>Runs a method; what goes wrong in it is told by a name that clients know.</summary>
    public static async Task<T> ExplainAsync<T>(Func<Task<T>> method)
    {
        try
        {
            return await method();
        }
        catch (BananaException error) when (error is not BusException)
        {
            throw new BusException(NameOf(error.Code), error.Message, inner: error);
        }
    }

    /// <summary>The name of an error.</summary>
    public static string NameOf(ExitCode code) => Of(code) is { } errno ? Errno + errno.Name : BusErrors.Failed;

    /// <summary>The status of a job that ended: 0, a positive exit code, or a negative errno.</summary>
    public static int StatusOf(ExitCode code) => code switch
    {
        ExitCode.Success => 0,
        ExitCode.Cancelled => Killed,
        _ => Of(code) is { } errno ? -errno.Number : Failure,
    };

    // Numbers of Linux (errno.h); they are the same on all architectures that we build for.
    private static (string Name, int Number)? Of(ExitCode code) => code switch
    {
        ExitCode.Usage or ExitCode.BadInput => ("EINVAL", 22),
        ExitCode.Untrusted => ("EBADMSG", 74),
        ExitCode.Unreachable => ("ENETUNREACH", 101),
        ExitCode.NoSpace => ("ENOSPC", 28),
        ExitCode.NewerFormat => ("EOPNOTSUPP", 95),
        ExitCode.Busy => ("EBUSY", 16),
        ExitCode.Denied => ("EACCES", 13),
        ExitCode.Cancelled => ("ECANCELED", 125),
        _ => null,
    };
}
