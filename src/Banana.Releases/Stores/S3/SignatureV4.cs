// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Banana.Releases.Stores.S3;

/// <summary>
/// Signs requests by AWS Signature Version 4 in the Authorization header ("Authenticating Requests: Using the Authorization Header",
/// Amazon S3 API Reference). The secret itself is never sent; the signature covers method, path, query, headers and the hash of the body.
/// </summary>
internal static class SignatureV4
{
    private const string Algorithm = "AWS4-HMAC-SHA256";

    /// <summary>The SHA-256 of nothing: the payload hash of a request without a body.</summary>
    public const string EmptyPayload = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    /// <summary>The value of the Authorization header.</summary>
    /// <param name="settings">Who signs, for which region.</param>
    /// <param name="method">The method, in capitals.</param>
    /// <param name="path">The path as it is sent.</param>
    /// <param name="query">The parameters, not encoded.</param>
    /// <param name="headers">The headers to sign, by names in lower case: at least <c>host</c> and all <c>x-amz-…</c>.</param>
    /// <param name="payload">The SHA-256 of the body, also sent as <c>x-amz-content-sha256</c>.</param>
    /// <param name="time">The time that is sent as <c>x-amz-date</c>.</param>
    public static string Authorization(S3Settings settings, string method, string path, IEnumerable<KeyValuePair<string, string>> query, IEnumerable<KeyValuePair<string, string>> headers, string payload, DateTimeOffset time)
    {
        var sorted = headers.OrderBy(header => header.Key, StringComparer.Ordinal).ToList();
        var names = string.Join(';', sorted.Select(header => header.Key));
        var canonical = new StringBuilder().Append(method).Append('\n').Append(path).Append('\n').Append(Query(query)).Append('\n');
        foreach (var (name, value) in sorted)
        {
            canonical.Append(name).Append(':').Append(value.Trim()).Append('\n');
        }

        canonical.Append('\n').Append(names).Append('\n').Append(payload);
        var scope = $"{Day(time)}/{settings.Region}/s3/aws4_request";
        var text = $"{Algorithm}\n{Stamp(time)}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical.ToString())))}";
        var key = Hmac(Hmac(Hmac(Hmac(Encoding.UTF8.GetBytes("AWS4" + settings.SecretKey), Day(time)), settings.Region), "s3"), "aws4_request");
        return $"{Algorithm} Credential={settings.AccessKey}/{scope},SignedHeaders={names},Signature={Convert.ToHexStringLower(Hmac(key, text))}";
    }

    /// <summary>The time as <c>x-amz-date</c> has it.</summary>
    public static string Stamp(DateTimeOffset time) => time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    /// <summary>The parameters as they are signed and sent: sorted, each encoded.</summary>
    public static string Query(IEnumerable<KeyValuePair<string, string>> query) =>
        string.Join('&', query.Select(pair => (Name: Encode(pair.Key), Value: Encode(pair.Value))).OrderBy(pair => pair.Name, StringComparer.Ordinal).ThenBy(pair => pair.Value, StringComparer.Ordinal).Select(pair => $"{pair.Name}={pair.Value}"));

    /// <summary>Encodes all but unreserved characters (RFC 3986) as <c>%XX</c> in capitals.</summary>
    public static string Encode(string text) => Uri.EscapeDataString(text);

    private static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture);

    private static byte[] Hmac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));
}
