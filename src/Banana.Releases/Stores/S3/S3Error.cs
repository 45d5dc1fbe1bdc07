// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Net;
using System.Xml;
using Banana.Foundation.Errors;

namespace Banana.Releases.Stores.S3;

/// <summary>
/// The errors of S3 ("Error Responses", Amazon S3 API Reference) in words. A sample of the body:
/// <code>&lt;Error&gt;&lt;Code&gt;NoSuchBucket&lt;/Code&gt;&lt;Message&gt;…&lt;/Message&gt;&lt;RequestId&gt;…&lt;/RequestId&gt;&lt;/Error&gt;</code>
/// </summary>
internal static class S3Error
{
    /// <summary>The code in the body of an error; null when it has none, as answers to HEAD.</summary>
    public static string? CodeOf(byte[] body)
    {
        try
        {
            using var reader = S3Xml.Reader(body);
            return reader.ReadToFollowing("Error") && reader.ReadToFollowing("Code") ? reader.ReadElementContentAsString() : null;
        }
        catch (XmlException)
        {
            return null; // Not from an S3 server: a proxy's page.
        }
    }

    /// <summary>Explains an error.</summary>
    /// <param name="settings">The bucket.</param>
    /// <param name="what">What was tried ("write 'metadata/timestamp.json'").</param>
    /// <param name="status">The status of the answer.</param>
    /// <param name="code">The code in its body.</param>
    public static BananaException Explain(S3Settings settings, string what, HttpStatusCode status, string? code)
    {
        var (exit, reason, next) = code switch
        {
            "NoSuchBucket" => (ExitCode.BadInput, $"there is no bucket '{settings.Bucket}' at {settings.Endpoint}", "make the bucket first, or check AWS_ENDPOINT_URL"),
            "InvalidBucketName" => (ExitCode.BadInput, $"'{settings.Bucket}' is no name for a bucket", "choose another name"),
            "AccessDenied" or "AllAccessDisabled" or "AccountProblem" => (ExitCode.BadInput, $"the key {settings.AccessKey} may not do this", "give it read, write, list and delete rights for the bucket"),
            "InvalidAccessKeyId" => (ExitCode.BadInput, $"the server does not know the key {settings.AccessKey}", "check AWS_ACCESS_KEY_ID and AWS_ENDPOINT_URL"),
            "SignatureDoesNotMatch" => (ExitCode.BadInput, "the secret key is wrong", "check AWS_SECRET_ACCESS_KEY and AWS_REGION"),
            "ExpiredToken" or "InvalidToken" or "TokenRefreshRequired" => (ExitCode.BadInput, "the temporary credentials are over", "get new ones"),
            "RequestTimeTooSkewed" => (ExitCode.BadInput, "this machine's clock is wrong by more than the server permits", "set the clock"),
            "AuthorizationHeaderMalformed" or "PermanentRedirect" or "IllegalLocationConstraintException" => (ExitCode.BadInput, $"the bucket is not in the region {settings.Region}", "set AWS_REGION"),
            "QuotaExceeded" or "EntityTooLarge" or "TooManyBuckets" or "InsufficientCapacity" => (ExitCode.NoSpace, $"the bucket has no room ({code})", "prune the repository or raise the quota"),
            "BadDigest" or "XAmzContentSHA256Mismatch" or "InvalidDigest" => (ExitCode.Untrusted, "the data changed on its way to the server", "run the same command again"),
            "NoSuchUpload" => (ExitCode.Unreachable, "the server has dropped the unfinished upload", "run the same command again"),
            "MethodNotAllowed" or "NotImplemented" => (ExitCode.Unreachable, $"the server cannot do this ({code})", "use another S3 server"),
            null => (ExitCode.Unreachable, $"the server answered {(int)status}", "is this an S3 server (AWS_ENDPOINT_URL)?"),
            _ => (ExitCode.Unreachable, $"the server answered {(int)status} ({Printable(code)})", "see the server's manual"),
        };
        return new BananaException(exit, $"could not {what}: {reason}", where: settings.Address, next: next);
    }

    private static string Printable(string code) => string.Concat(code.Take(60).Where(char.IsAsciiLetterOrDigit));
}
