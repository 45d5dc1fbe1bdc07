// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text.Json;
using Banana.Formats.Release;
using Banana.Foundation.Hashing;

namespace Banana.Forge.Release;

/// <summary>The software bill of materials of a release (SPDX 2.3, JSON form; spdx.github.io/spdx-spec/v2.3).</summary>
public static class SpdxDocument
{
    /// <summary>The name of the file in a release directory.</summary>
    public const string FileName = "sbom.spdx.json";

    /// <summary>Its bytes: the release as a package that contains every installed package, with version, licence and origin.</summary>
    public static byte[] Compose(ReleaseManifest manifest, PackageList packages)
    {
        var name = $"{manifest.Id}-{manifest.Edition}-{manifest.Version}";
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteString("spdxVersion", "SPDX-2.3");
            json.WriteString("dataLicense", "CC0-1.0");
            json.WriteString("SPDXID", "SPDXRef-DOCUMENT");
            json.WriteString("name", name);
            json.WriteString("documentNamespace", $"https://spdx.org/spdxdocs/{name}-{Sha256Digest.Of(packages.ToJson())[..32]}");
            json.WriteStartObject("creationInfo");
            json.WriteString("created", DateTimeOffset.FromUnixTimeSeconds(manifest.SourceDateEpoch).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"));
            json.WriteStartArray("creators");
            json.WriteStringValue("Tool: banana");
            json.WriteEndArray();
            json.WriteEndObject();

            json.WriteStartArray("packages");
            WritePackage(json, "SPDXRef-Release", name, manifest.Version.ToString(), "NOASSERTION", purl: null, source: null);
            foreach (var package in packages.Packages)
            {
                WritePackage(json, IdOf(package), package.Name, package.Version, package.License, Purl(manifest, package), package.Source);
            }

            json.WriteEndArray();
            json.WriteStartArray("relationships");
            WriteRelationship(json, "SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-Release");
            foreach (var package in packages.Packages)
            {
                WriteRelationship(json, "SPDXRef-Release", "CONTAINS", IdOf(package));
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }

    private static void WritePackage(Utf8JsonWriter json, string id, string name, string version, string license, string? purl, string? source)
    {
        json.WriteStartObject();
        json.WriteString("SPDXID", id);
        json.WriteString("name", name);
        json.WriteString("versionInfo", version);
        json.WriteString("downloadLocation", "NOASSERTION");
        json.WriteBoolean("filesAnalyzed", false);
        json.WriteString("licenseConcluded", "NOASSERTION");
        json.WriteString("licenseDeclared", license);
        json.WriteString("copyrightText", "NOASSERTION");
        if (source is not null)
        {
            json.WriteString("sourceInfo", "built from " + source);
        }

        if (purl is not null)
        {
            json.WriteStartArray("externalRefs");
            json.WriteStartObject();
            json.WriteString("referenceCategory", "PACKAGE-MANAGER");
            json.WriteString("referenceType", "purl");
            json.WriteString("referenceLocator", purl);
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteRelationship(Utf8JsonWriter json, string from, string type, string to)
    {
        json.WriteStartObject();
        json.WriteString("spdxElementId", from);
        json.WriteString("relationshipType", type);
        json.WriteString("relatedSpdxElement", to);
        json.WriteEndObject();
    }

    // SPDX ids hold letters, digits, '.' and '-' only.
    private static string IdOf(ReleasePackage package) =>
        "SPDXRef-Package-" + string.Concat($"{package.Name}-{package.Architecture}".Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' ? c.ToString() : $"-{(int)c:x}-"));

    // github.com/package-url/purl-spec: deb and alpm are the types of our package managers.
    private static string? Purl(ReleaseManifest manifest, ReleasePackage package) => manifest.Base switch
    {
        "debian" => $"pkg:deb/debian/{Uri.EscapeDataString(package.Name)}@{Uri.EscapeDataString(package.Version)}?arch={package.Architecture}&distro={manifest.Suite}",
        "arch" => $"pkg:alpm/arch/{Uri.EscapeDataString(package.Name)}@{Uri.EscapeDataString(package.Version)}?arch={package.Architecture}",
        _ => null,
    };
}
