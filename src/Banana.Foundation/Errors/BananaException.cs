// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Foundation.Errors;

/// <summary>
/// An error that we expected and can explain: printed as one line (what, where, what to do next), without a stack trace.
/// Every other exception is a defect and prints everything.
/// </summary>
public class BananaException : Exception
{
    /// <param name="code">The exit code that the program ends with.</param>
    /// <param name="what">What went wrong, as a sentence without a final full stop.</param>
    /// <param name="where">The file (with line), address or command that it is about.</param>
    /// <param name="next">What the user can do next.</param>
    /// <param name="inner">The cause, printed only with <c>--verbose</c>.</param>
    public BananaException(ExitCode code, string what, string? where = null, string? next = null, Exception? inner = null)
        : base(Compose(what, where, next), inner)
    {
        Code = code;
        What = what;
        Where = where;
        Next = next;
    }

    /// <summary>The exit code that the program ends with.</summary>
    public ExitCode Code { get; }

    /// <summary>What went wrong.</summary>
    public string What { get; }

    /// <summary>The file, address or command that the error is about.</summary>
    public string? Where { get; }

    /// <summary>What the user can do next.</summary>
    public string? Next { get; }

    private static string Compose(string what, string? where, string? next)
    {
        var line = where is null ? what : $"{where}: {what}";
        return next is null ? line : $"{line}; {next}";
    }
}
