// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Globalization;
using System.Xml;

namespace Banana.Releases.Stores.S3;

/// <summary>Reads the answers of an S3 server. They are bounded in length before they come here; document types are refused.</summary>
internal static class S3Xml
{
    /// <summary>One page of ListObjectsV2.</summary>
    /// <param name="Objects">The objects, by the keys of the bucket.</param>
    /// <param name="Next">The token of the next page; null when there is none.</param>
    public sealed record Page(IReadOnlyList<StoreEntry> Objects, string? Next);

    /// <summary>One upload in a page of ListMultipartUploads.</summary>
    /// <param name="Key">The key in the bucket.</param>
    /// <param name="Id">The upload.</param>
    /// <param name="Started">When it was begun.</param>
    public sealed record Upload(string Key, string Id, DateTimeOffset Started);

    public static XmlReader Reader(byte[] body) => XmlReader.Create(new MemoryStream(body), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreWhitespace = true, IgnoreComments = true });

    /// <summary>Reads <c>ListBucketResult</c>. A length below zero is none: Ceph's POSIX gateway gives new objects any number.</summary>
    /// <exception cref="XmlException">It is none.</exception>
    public static Page ReadPage(byte[] body)
    {
        List<StoreEntry> objects = [];
        string? next = null;
        var truncated = false;
        foreach (var (name, text, children) in Elements(body, "ListBucketResult"))
        {
            switch (name)
            {
                case "Contents":
                    objects.Add(new StoreEntry(Need(children, "Key"), long.Parse(Need(children, "Size"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)));
                    break;
                case "NextContinuationToken":
                    next = text;
                    break;
                case "IsTruncated":
                    truncated = text == "true";
                    break;
            }
        }

        return new Page(objects, truncated ? next ?? throw new XmlException("a truncated list has no token of its next page") : null);
    }

    /// <summary>Reads <c>ListMultipartUploadsResult</c>.</summary>
    public static (IReadOnlyList<Upload> Uploads, string? NextKey, string? NextId) ReadUploads(byte[] body)
    {
        List<Upload> uploads = [];
        string? key = null, id = null;
        var truncated = false;
        foreach (var (name, text, children) in Elements(body, "ListMultipartUploadsResult"))
        {
            switch (name)
            {
                case "Upload":
                    uploads.Add(new Upload(Need(children, "Key"), Need(children, "UploadId"), DateTimeOffset.Parse(Need(children, "Initiated"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal)));
                    break;
                case "NextKeyMarker":
                    key = text;
                    break;
                case "NextUploadIdMarker":
                    id = text;
                    break;
                case "IsTruncated":
                    truncated = text == "true";
                    break;
            }
        }

        return truncated ? (uploads, key, id) : (uploads, null, null);
    }

    /// <summary>Reads the id in <c>InitiateMultipartUploadResult</c>.</summary>
    public static string ReadUploadId(byte[] body) =>
        Elements(body, "InitiateMultipartUploadResult").FirstOrDefault(element => element.Name == "UploadId").Text is { Length: > 0 } id ? id : throw new XmlException("the upload has no id");

    /// <summary>The name of the outermost element.</summary>
    public static string RootOf(byte[] body)
    {
        using var reader = Reader(body);
        return reader.MoveToContent() == XmlNodeType.Element ? reader.LocalName : throw new XmlException("no element");
    }

    private static List<(string Name, string Text, Dictionary<string, string> Children)> Elements(byte[] body, string root)
    {
        List<(string Name, string Text, Dictionary<string, string> Children)> elements = [];
        using var reader = Reader(body);
        if (reader.MoveToContent() != XmlNodeType.Element || reader.LocalName != root)
        {
            throw new XmlException($"no {root}");
        }

        reader.Read();
        while (reader.NodeType == XmlNodeType.Element)
        {
            using var inner = reader.ReadSubtree();
            elements.Add(ReadElement(inner));
            inner.Close();
            reader.Read();
        }

        return elements;
    }

    private static (string Name, string Text, Dictionary<string, string> Children) ReadElement(XmlReader reader)
    {
        reader.Read();
        var name = reader.LocalName;
        var text = string.Empty;
        Dictionary<string, string> children = new(StringComparer.Ordinal);
        var child = string.Empty;
        while (reader.Read())
        {
            if (reader.NodeType == XmlNodeType.Element)
            {
                child = reader.Depth == 1 ? reader.LocalName : string.Empty;
            }
            else if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace)
            {
                if (reader.Depth == 1)
                {
                    text += reader.Value;
                }
                else if (reader.Depth == 2 && child.Length > 0)
                {
                    children[child] = children.GetValueOrDefault(child) + reader.Value;
                }
            }
        }

        return (name, text, children);
    }

    private static string Need(Dictionary<string, string> children, string name) => children.GetValueOrDefault(name) ?? throw new XmlException($"an entry has no {name}");
}
