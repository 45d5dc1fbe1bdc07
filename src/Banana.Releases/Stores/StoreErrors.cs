// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Errors;

namespace Banana.Releases.Stores;

/// <summary>The errors that all stores have in common, in the same words.</summary>
internal static class StoreErrors
{
    public static BananaException TooLong(string location, string key, long limit) =>
        new(ExitCode.Untrusted, $"'{key}' is longer than the {limit} bytes that it may have", where: location, next: "use another mirror, or ask who runs this repository");

    public static BananaException TooShort(string location, string key, ByteRange range) =>
        new(ExitCode.Untrusted, $"'{key}' is shorter than it should be: it has no bytes {range.Offset} to {(range.Length is { } length ? range.Offset + length - 1 : "its end")}", where: location, next: "use another mirror, or ask who runs this repository");

    public static BananaException OtherLength(string location, string key, long length) =>
        new(ExitCode.BadInput, $"the source of '{key}' does not have the {length} bytes that it should have", where: location, next: "nothing was written; was the file changed while it was read?");

    public static BananaException ReadOnly(string location) =>
        new(ExitCode.Usage, "a web server can only be read", where: location, next: "publish to a folder or to s3://BUCKET/PREFIX");

    public static BananaException NoList(string location) =>
        new(ExitCode.Usage, "a web server has no list of its files", where: location, next: "use the folder or the s3:// address of the repository");
}
