// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Net;
using System.Text;
using System.Xml;
using Banana.Foundation.Errors;
using Banana.Releases.Layout;
using Banana.Releases.Stores.S3;

namespace Banana.Tests.Unit.Releases;

public sealed class S3Tests
{
    private const string List = """<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name><IsTruncated>true</IsTruncated><Contents><Key>a&amp;b</Key><LastModified>2026-11-22T00:58:08.000Z</LastModified><Owner><ID>7</ID></Owner><Size>6</Size></Contents><Contents><Size>12345678901</Size><Key>c</Key></Contents><NextContinuationToken>tok</NextContinuationToken><KeyCount>2</KeyCount></ListBucketResult>""";

    private static readonly S3Settings Example = new() { Endpoint = new Uri("https://examplebucket.s3.amazonaws.com"), Bucket = "examplebucket", AccessKey = "AKIAIOSFODNN7EXAMPLE", SecretKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" };

    // The examples of "Signature Calculations for the Authorization Header" in the Amazon S3 API Reference.
    [Theory]
    [InlineData("/test.txt", "", "bytes=0-9", "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")]
    [InlineData("/", "lifecycle=", "", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543")]
    [InlineData("/", "prefix=J&max-keys=2", "", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")]
    public void Signs_as_the_specification_does(string path, string query, string range, string signature)
    {
        var time = new DateTimeOffset(2013, 5, 24, 0, 0, 0, TimeSpan.Zero);
        Dictionary<string, string> headers = new(StringComparer.Ordinal) { ["host"] = "examplebucket.s3.amazonaws.com", ["x-amz-content-sha256"] = SignatureV4.EmptyPayload, ["x-amz-date"] = SignatureV4.Stamp(time) };
        if (range.Length > 0)
        {
            headers["range"] = range;
        }

        var parameters = query.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => new KeyValuePair<string, string>(pair.Split('=')[0], pair.Split('=')[1]));
        var authorization = SignatureV4.Authorization(Example, "GET", path, parameters, headers, SignatureV4.EmptyPayload, time);
        Assert.EndsWith("Signature=" + signature, authorization, StringComparison.Ordinal);
        Assert.StartsWith("AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;", authorization, StringComparison.Ordinal);
    }

    [Fact]
    public void Reads_a_page_of_a_list()
    {
        var page = S3Xml.ReadPage(Encoding.UTF8.GetBytes(List));
        Assert.Equal([("a&b", 6), ("c", 12_345_678_901)], page.Objects.Select(entry => (entry.Key, entry.Length)));
        Assert.Equal("tok", page.Next);
    }

    [Fact]
    public void Reads_unfinished_uploads()
    {
        const string Text = """<ListMultipartUploadsResult><Bucket>b</Bucket><NextKeyMarker>k</NextKeyMarker><NextUploadIdMarker>i</NextUploadIdMarker><IsTruncated>true</IsTruncated><Upload><Key>images/x</Key><UploadId>id1</UploadId><Initiated>2026-11-20T10:00:00.000Z</Initiated></Upload></ListMultipartUploadsResult>""";
        var (uploads, key, id) = S3Xml.ReadUploads(Encoding.UTF8.GetBytes(Text));
        Assert.Equal(new S3Xml.Upload("images/x", "id1", new DateTimeOffset(2026, 11, 20, 10, 0, 0, TimeSpan.Zero)), Assert.Single(uploads));
        Assert.Equal(("k", "i"), (key, id));
    }

    [Fact]
    public void Damaged_answer_is_an_xml_error_and_nothing_else()
    {
        var random = new Random(20261122);
        var whole = Encoding.UTF8.GetBytes(List);
        for (var round = 0; round < 20_000; round++)
        {
            var body = whole[..(random.Next(4) == 0 ? random.Next(whole.Length) : whole.Length)];
            for (var flips = random.Next(1, 4); flips > 0 && body.Length > 0; flips--)
            {
                body[random.Next(body.Length)] = (byte)random.Next(256);
            }

            try
            {
                Assert.True(S3Xml.ReadPage(body).Objects.Count <= 2);
            }
            catch (Exception error) when (error is XmlException or FormatException or OverflowException)
            {
                // What the client turns into one line.
            }

            _ = S3Error.CodeOf(body);
        }
    }

    [Fact]
    public void Document_types_are_refused() =>
        Assert.Throws<XmlException>(() => S3Xml.ReadPage("""<!DOCTYPE a [<!ENTITY b "c">]><ListBucketResult><Name>&b;</Name></ListBucketResult>"""u8.ToArray()));

    [Theory]
    [InlineData("NoSuchBucket", ExitCode.BadInput)]
    [InlineData("QuotaExceeded", ExitCode.NoSpace)]
    [InlineData("BadDigest", ExitCode.Untrusted)]
    [InlineData("Whatever", ExitCode.Unreachable)]
    [InlineData(null, ExitCode.Unreachable)]
    public void Errors_have_exit_codes(string? code, ExitCode exit) => Assert.Equal(exit, S3Error.Explain(Example, "write 'a'", HttpStatusCode.BadRequest, code).Code);

    [Fact]
    public void Settings_come_from_the_environment_then_from_files()
    {
        using var folder = new TemporaryFolder();
        folder.With(".aws/credentials", "[other]\naws_access_key_id = NO\n[default]\n# mine\naws_access_key_id = FILE\naws_secret_access_key=se=cret\n").With(".aws/config", "[default]\nregion = eu-north-1\nendpoint_url = https://s3.example.org\ns3 =\n  addressing_style = path\n");
        Dictionary<string, string> variables = new(StringComparer.Ordinal) { ["HOME"] = folder.Path };
        var settings = S3Settings.FromEnvironment("s3://my-bucket/os/kde/", name => variables.GetValueOrDefault(name));
        Assert.Equal(("my-bucket", "os/kde/", "eu-north-1", "FILE", "se=cret", "https://s3.example.org/"), (settings.Bucket, settings.Prefix, settings.Region, settings.AccessKey, settings.SecretKey, settings.Endpoint.AbsoluteUri));
        Assert.DoesNotContain("se=cret", settings.ToString(), StringComparison.Ordinal);
        variables["AWS_ACCESS_KEY_ID"] = "ENV";
        var error = Assert.Throws<BananaException>(() => S3Settings.FromEnvironment("s3://my-bucket", name => variables.GetValueOrDefault(name)));
        Assert.Contains("AWS_SECRET_ACCESS_KEY", error.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, Assert.Throws<BananaException>(() => S3Settings.FromEnvironment("s3://B/../x", _ => null)).Code);
    }

    [Theory]
    [InlineData("metadata/timestamp.json", CachePolicy.Revalidate)]
    [InlineData("metadata/12.root.json", CachePolicy.Revalidate)]
    [InlineData("metadata/12.targets.json", CachePolicy.Immutable)]
    [InlineData("images/core/SHA256SUMS", CachePolicy.Revalidate)]
    [InlineData("images/core/SHA256SUMS.gpg", CachePolicy.Revalidate)]
    [InlineData("images/core/banana_20260101.1_usr-x86-64.erofs", CachePolicy.Immutable)]
    [InlineData("locks/publish.json", CachePolicy.Revalidate)]
    [InlineData("chunks/aa/aabb.cacnk", CachePolicy.Immutable)]
    [InlineData("releases/metadata/timestamp.json", CachePolicy.Immutable)]
    public void Only_pointers_are_asked_for_anew(string key, string policy) => Assert.Equal(policy, CachePolicy.For(key));
}
