// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Foundation.Errors;

/// <summary>The exit codes of every Banana program. The table for users is in <c>docs/exit-codes.md</c>.</summary>
public enum ExitCode
{
    /// <summary>Everything that was asked for was done.</summary>
    Success = 0,

    /// <summary>An error that we did not expect: a defect in Banana. Everything known about it is printed.</summary>
    Defect = 1,

    /// <summary>The command line could not be understood.</summary>
    Usage = 2,

    /// <summary>An input file (definition, lockfile, configuration, image) is malformed or contradicts itself.</summary>
    BadInput = 3,

    /// <summary>Data did not match its hash or signature.</summary>
    Untrusted = 4,

    /// <summary>A mirror or server could not be reached, was too slow, or did not have the file.</summary>
    Unreachable = 5,

    /// <summary>There is no room left on a file system.</summary>
    NoSpace = 6,

    /// <summary>The machine lacks something that Banana needs and may not install by itself.</summary>
    MissingTool = 7,

    /// <summary>A program that Banana called failed; its command line is part of the message.</summary>
    ToolFailed = 8,

    /// <summary>A virtual machine did not boot, or reported itself unhealthy.</summary>
    Unhealthy = 9,

    /// <summary>A comparison found a difference (tests, reproducibility, <c>diff --exit-code</c>).</summary>
    Different = 10,

    /// <summary>A file was written by a newer Banana, in a format that this one does not know.</summary>
    NewerFormat = 11,

    /// <summary>Another run holds what this one needs.</summary>
    Busy = 12,

    /// <summary>The user may not do this.</summary>
    Denied = 13,

    /// <summary>The user interrupted the run (128 + SIGINT).</summary>
    Cancelled = 130,
}
