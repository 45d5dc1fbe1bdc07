// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Errors;

namespace Banana.Releases.Stores.S3;

/// <summary>Where a bucket is and who we are there.</summary>
public sealed record S3Settings
{
    /// <summary>The server: scheme, host and port. The bucket follows as the first segment of the path ("path style").</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>The region, a part of each signature.</summary>
    public string Region { get; init; } = "us-east-1";

    /// <summary>The bucket.</summary>
    public required string Bucket { get; init; }

    /// <summary>What precedes each key in the bucket: empty, or a key with a final slash.</summary>
    public string Prefix { get; init; } = string.Empty;

    /// <summary>The name of the key.</summary>
    public required string AccessKey { get; init; }

    /// <summary>The key. Never printed.</summary>
    public required string SecretKey { get; init; }

    /// <summary>The token of temporary credentials.</summary>
    public string? SessionToken { get; init; }

    /// <summary>How it is written, for messages.</summary>
    public string Address => $"s3://{Bucket}/{Prefix}";

    /// <summary>
    /// Reads the settings as other S3 tools do: the environment (<c>AWS_ENDPOINT_URL_S3</c>, <c>AWS_ENDPOINT_URL</c>, <c>AWS_REGION</c>,
    /// <c>AWS_DEFAULT_REGION</c>, <c>AWS_ACCESS_KEY_ID</c>, <c>AWS_SECRET_ACCESS_KEY</c>, <c>AWS_SESSION_TOKEN</c>), then the profile
    /// <c>AWS_PROFILE</c> (default: <c>default</c>) in <c>AWS_SHARED_CREDENTIALS_FILE</c> and <c>AWS_CONFIG_FILE</c> (default: <c>~/.aws/</c>).
    /// </summary>
    /// <param name="address"><c>s3://BUCKET[/PREFIX]</c>.</param>
    /// <param name="environment">Looks up a variable.</param>
    /// <exception cref="BananaException">Something is missing or malformed.</exception>
    public static S3Settings FromEnvironment(string address, Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(environment);
        var path = address.StartsWith("s3://", StringComparison.Ordinal) ? address[5..].TrimEnd('/') : string.Empty;
        var slash = path.IndexOf('/');
        var (bucket, prefix) = slash < 0 ? (path, string.Empty) : (path[..slash], path[(slash + 1)..] + "/");
        if (!IsBucket(bucket) || (prefix.Length > 0 && !StoreKey.IsValid(prefix.AsSpan(0, prefix.Length - 1))))
        {
            throw new BananaException(ExitCode.Usage, $"'{address}' is not the address of a bucket", next: "give s3://BUCKET or s3://BUCKET/PREFIX");
        }

        string? Of(string name) => environment(name) is { Length: > 0 } value ? value : null;
        var profile = S3Profile.Read(Of);
        var region = Of("AWS_REGION") ?? Of("AWS_DEFAULT_REGION") ?? profile.GetValueOrDefault("region") ?? "us-east-1";
        var endpoint = Of("AWS_ENDPOINT_URL_S3") ?? Of("AWS_ENDPOINT_URL") ?? profile.GetValueOrDefault("endpoint_url") ?? $"https://s3.{region}.amazonaws.com";
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.PathAndQuery != "/")
        {
            throw new BananaException(ExitCode.BadInput, $"'{endpoint}' is not the address of an S3 server", where: address, next: "set AWS_ENDPOINT_URL to https://HOST");
        }

        // Both from one place: a name from the environment never goes with a secret from a file.
        var fromEnvironment = Of("AWS_ACCESS_KEY_ID") is not null;
        return new S3Settings
        {
            Endpoint = uri,
            Region = region,
            Bucket = bucket,
            Prefix = prefix,
            AccessKey = Need(fromEnvironment ? Of("AWS_ACCESS_KEY_ID") : profile.GetValueOrDefault("aws_access_key_id"), "name of a key (AWS_ACCESS_KEY_ID)"),
            SecretKey = Need(fromEnvironment ? Of("AWS_SECRET_ACCESS_KEY") : profile.GetValueOrDefault("aws_secret_access_key"), "secret key (AWS_SECRET_ACCESS_KEY)"),
            SessionToken = fromEnvironment ? Of("AWS_SESSION_TOKEN") : profile.GetValueOrDefault("aws_session_token"),
        };

        string Need(string? value, string what) => value ?? throw new BananaException(ExitCode.BadInput, $"there is no {what}", where: address, next: "set it in the environment or in ~/.aws/credentials (docs/repository.md)");
    }

    /// <summary>The settings without the secrets.</summary>
    public override string ToString() => $"{Address} at {Endpoint} ({Region}) as {AccessKey}";

    // Bucket naming rules of S3.
    private static bool IsBucket(string name) => name.Length is >= 3 and <= 63 && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.') && name[0] is not ('-' or '.');
}
