// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Banana.Serving;

/// <summary>Conditional requests (RFC 9110, section 13).</summary>
internal static class Conditions
{
    /// <summary>What the conditions say.</summary>
    public enum Outcome
    {
        /// <summary>Answer as if there were none.</summary>
        Proceed,

        /// <summary>The client has it already (304).</summary>
        NotModified,

        /// <summary>It is not what the client expects (412).</summary>
        Failed,
    }

    /// <summary>Evaluates them in the order of section 13.2.2.</summary>
    public static Outcome Evaluate(IHeaderDictionary headers, string tag, DateTimeOffset modified)
    {
        if (headers.IfMatch.Count > 0)
        {
            if (!Has(headers.IfMatch.ToString(), tag, weak: false))
            {
                return Outcome.Failed;
            }
        }
        else if (Date(headers.IfUnmodifiedSince) is { } unmodified && modified > unmodified)
        {
            return Outcome.Failed;
        }

        if (headers.IfNoneMatch.Count > 0)
        {
            return Has(headers.IfNoneMatch.ToString(), tag, weak: true) ? Outcome.NotModified : Outcome.Proceed;
        }

        return Date(headers.IfModifiedSince) is { } since && modified <= since ? Outcome.NotModified : Outcome.Proceed;
    }

    /// <summary>Whether a Range header counts: If-Range names what we have, or is not there (section 13.1.5).</summary>
    public static bool RangeHolds(IHeaderDictionary headers, string tag, DateTimeOffset modified)
    {
        var value = headers.IfRange.ToString();
        return value.Length == 0 || value == tag || (Date(value) is { } date && date == modified);
    }

    private static bool Has(string list, string tag, bool weak)
    {
        if (list.Trim() == "*")
        {
            return true;
        }

        return EntityTagHeaderValue.TryParseList([list], out var tags) && tags.Any(one => one.Tag == tag && (weak || !one.IsWeak));
    }

    private static DateTimeOffset? Date(string? value) => HeaderUtilities.TryParseDate(value, out var date) ? date : null;
}
