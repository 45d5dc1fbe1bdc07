// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Errors;

namespace Banana.Releases.Stores;

/// <summary>The store does not have an object.</summary>
public sealed class MissingObjectException : BananaException
{
    /// <param name="location">The store.</param>
    /// <param name="key">The object.</param>
    public MissingObjectException(string location, string key)
        : base(ExitCode.Unreachable, $"'{key}' is not there", where: location) => Key = key;

    /// <summary>The object.</summary>
    public string Key { get; }
}
