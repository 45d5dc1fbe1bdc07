// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bases;
using Banana.Foundation.Errors;
using Banana.Foundation.Hashing;

namespace Banana.Tests.Unit.Bases;

public sealed class PackagePoolTests : IDisposable
{
    private readonly TemporaryFolder directory = new();

    private PackagePool Pool => new(directory["pool"]);

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task Added_file_is_found_by_digest_and_size()
    {
        await File.WriteAllTextAsync(directory["a"], "contents", TestContext.Current.CancellationToken);
        var (digest, size) = await Pool.AddFileAsync(directory["a"], TestContext.Current.CancellationToken);
        Assert.Equal(Sha256Digest.Of("contents"), digest);
        Assert.Equal(Path.Combine(directory["pool"], "sha256", digest[..2], digest), Pool.PathOf(digest));
        Assert.True(Pool.Has(digest, size));
        Assert.False(Pool.Has(digest, size + 1));
        Assert.Empty(Directory.GetFiles(directory["pool/partial"]));
        Assert.Equal(Pool.PathOf(digest), await Pool.VerifyAsync("a", digest, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Damaged_file_is_refused_naming_it_with_both_digests()
    {
        await File.WriteAllTextAsync(directory["a"], "contents", TestContext.Current.CancellationToken);
        var (digest, _) = await Pool.AddFileAsync(directory["a"], TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Pool.PathOf(digest), "c0ntents", TestContext.Current.CancellationToken);
        var error = await Assert.ThrowsAsync<BananaException>(() => Pool.VerifyAsync("bash 5", digest, TestContext.Current.CancellationToken));
        Assert.Equal(ExitCode.Untrusted, error.Code);
        Assert.Contains("bash 5", error.Message, StringComparison.Ordinal);
        Assert.Contains(digest, error.Message, StringComparison.Ordinal);
        Assert.Contains(Sha256Digest.Of("c0ntents"), error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("../../etc/passwd")]
    [InlineData("ABCDEF")]
    public void What_is_no_digest_is_no_path(string digest) => Assert.Throws<ArgumentException>(() => Pool.PathOf(digest));
}
