// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Tuf;

/// <summary>Why metadata or a target was not accepted.</summary>
public enum TufFailure
{
    /// <summary>Not JSON of the form that the specification gives (section 4).</summary>
    Malformed,

    /// <summary>Fewer valid signatures of distinct keys than the role's threshold.</summary>
    Unsigned,

    /// <summary>The metadata is past its date.</summary>
    Expired,

    /// <summary>An older version than one that was trusted before.</summary>
    Rollback,

    /// <summary>A hash, length or version is not the one that trusted metadata names.</summary>
    Mismatch,

    /// <summary>More bytes came than permitted.</summary>
    TooLarge,

    /// <summary>The server sent nothing for too long, or less than the least rate.</summary>
    TooSlow,

    /// <summary>The file is not there.</summary>
    NotFound,

    /// <summary>The server could not be reached, or answered with an error.</summary>
    Unreachable,

    /// <summary>No trusted role names the target.</summary>
    UnknownTarget,

    /// <summary>The trusted metadata on this machine cannot be used; it has to be made anew from a root that is known to be good.</summary>
    LocalState,

    /// <summary>A key file or passphrase cannot be used.</summary>
    Key,
}

/// <summary>Metadata or a target was refused. The message is one line: what, and of which role or file.</summary>
public sealed class TufException : Exception
{
    /// <param name="failure">The kind.</param>
    /// <param name="message">One line.</param>
    /// <param name="inner">The cause.</param>
    public TufException(TufFailure failure, string message, Exception? inner = null)
        : base(message, inner) => Failure = failure;

    /// <summary>The kind.</summary>
    public TufFailure Failure { get; }
}
