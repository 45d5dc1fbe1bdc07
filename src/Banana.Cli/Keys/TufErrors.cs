// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Foundation.Errors;
using Banana.Tuf;

namespace Banana.Cli.Keys;

/// <summary>Errors of the TUF library as errors of the tool: the library depends on nothing of ours and has its own.</summary>
internal static class TufErrors
{
    /// <summary>Runs something of the library.</summary>
    /// <param name="where">The file or address that it is about.</param>
    /// <param name="action">The work.</param>
    public static async Task<T> ExplainAsync<T>(string where, Func<Task<T>> action)
    {
        try
        {
            return await action();
        }
        catch (TufException error)
        {
            throw Explain(where, error);
        }
    }

    /// <summary>The error of the tool for one of the library.</summary>
    public static BananaException Explain(string where, TufException error) => new(
        error.Failure switch
        {
            TufFailure.Unreachable or TufFailure.TooSlow or TufFailure.NotFound => ExitCode.Unreachable,
            TufFailure.Key or TufFailure.Malformed or TufFailure.LocalState or TufFailure.UnknownTarget => ExitCode.BadInput,
            _ => ExitCode.Untrusted,
        },
        error.Message,
        error.Message.StartsWith(where, StringComparison.Ordinal) ? null : where,
        inner: error);
}
