// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text.Json;
using Banana.Formats.Release;
using Banana.Foundation.Errors;
using Banana.Releases.Layout;
using Banana.Tuf.Metadata;

namespace Banana.Releases.Channels;

/// <summary>
/// A release as a channel names it: the signed fields beside the manifest's digest. A sample of TUF's <c>custom</c>:
/// <c>{"delivery":{"length":1234,"sha256":"…"},"withdrawn":"the desktop does not start"}</c>.
/// </summary>
/// <param name="Edition">The edition.</param>
/// <param name="Version">The version.</param>
/// <param name="Target">The signed target.</param>
/// <param name="DeliveryLength">The length of its delivery.json in bytes.</param>
/// <param name="DeliverySha256">The SHA-256 of its delivery.json.</param>
/// <param name="Withdrawn">Why it is not offered any more; null: it is.</param>
public sealed record ChannelEntry(string Edition, ReleaseVersion Version, TargetFile Target, long DeliveryLength, string DeliverySha256, string? Withdrawn)
{
    private const string Delivery = "delivery";
    private const string WithdrawnField = "withdrawn";

    /// <summary>The key of its delivery.json.</summary>
    public string DeliveryKey => RepositoryLayout.Consistent(Edition, Version, DeliverySha256, ReleaseDelivery.FileName);

    /// <summary>The key of its manifest.</summary>
    public string ManifestKey => RepositoryLayout.Consistent(Edition, Version, Target.Hashes.Preferred, ReleaseManifest.FileName);

    /// <summary>The path of the target: <c>EDITION/VERSION/manifest.json</c>.</summary>
    public string Path => $"{Edition}/{Version}/{ReleaseManifest.FileName}";

    /// <summary>All releases of a channel's role, the oldest first.</summary>
    /// <exception cref="BananaException">A target is no release.</exception>
    public static IReadOnlyList<ChannelEntry> All(TargetsMetadata role, string where) =>
        [.. role.Targets.Select(target => Parse(target.Key, target.Value, where)).OrderBy(entry => entry.Version)];

    /// <summary>All releases of all channels, with the role that names each.</summary>
    public static IEnumerable<(string Role, ChannelEntry Entry)> Everywhere(IReadOnlyDictionary<string, TargetsMetadata> roles) =>
        roles.Where(role => role.Key != RoleNames.Targets).SelectMany(role => All(role.Value, role.Key).Select(entry => (role.Key, entry)));

    /// <summary>The newest that is offered; null when there is none.</summary>
    public static ChannelEntry? Newest(IEnumerable<ChannelEntry> entries) => entries.Where(entry => entry.Withdrawn is null).MaxBy(entry => entry.Version);

    /// <summary>Reads a target.</summary>
    public static ChannelEntry Parse(string path, TargetFile target, string where)
    {
        var parts = path.Split('/');
        if (parts.Length != 3 || parts[2] != ReleaseManifest.FileName || !ReleaseVersion.TryParse(parts[1], out var version))
        {
            throw Bad(path, where);
        }

        try
        {
            var custom = target.Custom ?? throw Bad(path, where);
            var delivery = custom.GetProperty(Delivery);
            var withdrawn = custom.TryGetProperty(WithdrawnField, out var reason) ? reason.GetString() : null;
            return new(parts[0], version, target, delivery.GetProperty("length").GetInt64(), delivery.GetProperty("sha256").GetString() ?? throw Bad(path, where), withdrawn);
        }
        catch (Exception error) when (error is InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw Bad(path, where);
        }
    }

    /// <summary>Describes a release for signing.</summary>
    public static TargetFile Describe(ReadOnlySpan<byte> manifest, ReadOnlySpan<byte> delivery) =>
        TargetFile.Of(manifest, Custom(delivery.Length, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(delivery)), withdrawn: null));

    /// <summary>The same release, withdrawn.</summary>
    public TargetFile Withdraw(string reason) => Target with { Custom = Custom(DeliveryLength, DeliverySha256, reason) };

    private static JsonElement Custom(long length, string sha256, string? withdrawn)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject(Delivery);
            json.WriteNumber("length", length);
            json.WriteString("sha256", sha256);
            json.WriteEndObject();
            if (withdrawn is not null)
            {
                json.WriteString(WithdrawnField, withdrawn);
            }

            json.WriteEndObject();
        }

        using var document = JsonDocument.Parse(buffer.ToArray());
        return document.RootElement.Clone();
    }

    private static BananaException Bad(string path, string where) =>
        new(ExitCode.BadInput, $"the target '{path}' is no release", where, "publish it again with 'banana publish'");
}
