// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Foundation.Errors;

/// <summary>Tells the I/O errors that a user can act on from those that are defects.</summary>
public static class IOErrors
{
    private const int NoSpaceOnDevice = 28; // ENOSPC
    private const int QuotaExceeded = 122; // EDQUOT

    /// <summary>Whether an exception says that a file system is full.</summary>
    public static bool IsNoSpace(Exception error)
    {
        for (var e = error; e is not null; e = e.InnerException)
        {
            if (e is IOException io && (io.HResult & 0xffff) is NoSpaceOnDevice or QuotaExceeded)
            {
                return true;
            }

            if (e is IOException && e.Message.Contains("No space left on device", StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Turns an I/O error into the line that a user can act on; anything else is returned as it is.</summary>
    public static Exception Explain(Exception error) => error switch
    {
        BananaException => error,
        _ when IsNoSpace(error) => new BananaException(ExitCode.NoSpace, "no space left on the file system", next: "free some room, or move the cache with 'cache:' in banana.local.yaml, then run the same command again", inner: error),
        UnauthorizedAccessException => new BananaException(ExitCode.BadInput, error.Message, next: "check the permissions, or run as root", inner: error),
        FileNotFoundException or DirectoryNotFoundException => new BananaException(ExitCode.BadInput, error.Message, inner: error),
        _ => error,
    };
}
