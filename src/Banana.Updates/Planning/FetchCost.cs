// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Runtime.InteropServices;
using Banana.Formats.Casync.Assembly;

namespace Banana.Updates.Planning;

/// <summary>What a way to a part costs.</summary>
/// <param name="Bytes">Bytes of contents that are fetched; the heads of requests and answers are not counted.</param>
/// <param name="Requests">Requests.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct FetchCost(long Bytes, int Requests) : IComparable<FetchCost>
{
    /// <summary>Nothing is fetched.</summary>
    public static FetchCost None => default;

    /// <summary>The one number that ways are ordered by: the bytes, and <see cref="ChunkPlan.RequestWorth"/> for each request.</summary>
    public long Price => Bytes + ((long)Requests * ChunkPlan.RequestWorth);

    /// <summary>Both together.</summary>
    public static FetchCost operator +(FetchCost left, FetchCost right) => new(left.Bytes + right.Bytes, left.Requests + right.Requests);

    /// <summary>Whether the left one is cheaper.</summary>
    public static bool operator <(FetchCost left, FetchCost right) => left.Price < right.Price;

    /// <summary>Whether the left one is dearer.</summary>
    public static bool operator >(FetchCost left, FetchCost right) => left.Price > right.Price;

    /// <summary>Whether the left one is not dearer.</summary>
    public static bool operator <=(FetchCost left, FetchCost right) => left.Price <= right.Price;

    /// <summary>Whether the left one is not cheaper.</summary>
    public static bool operator >=(FetchCost left, FetchCost right) => left.Price >= right.Price;

    /// <inheritdoc/>
    public int CompareTo(FetchCost other) => Price.CompareTo(other.Price);
}
