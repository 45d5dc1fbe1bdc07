// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text;
using Banana.Foundation.Errors;
using Banana.Foundation.Hashing;
using Banana.Releases.Layout;
using Banana.Releases.Stores;

namespace Banana.Releases.Sysupdate;

/// <summary>
/// <c>images/EDITION/SHA256SUMS</c>: the list from which systemd-sysupdate learns what there is, as sha256sum(1) writes it. It is signed beside
/// (<c>SHA256SUMS.gpg</c>, a detached OpenPGP signature), and the only mutable files of that folder are these two.
/// A sample: <c>9f86d0… *banana_20261121.3_usr-x86-64.erofs</c>.
/// </summary>
public sealed class ChecksumList
{
    /// <summary>The most bytes of a list: systemd-pull refuses a longer one.</summary>
    public const int MaximumLength = 1 << 20;

    private const string Name = "SHA256SUMS";

    private readonly SortedDictionary<string, string> files = new(StringComparer.Ordinal);

    /// <summary>The key of an edition's list.</summary>
    public static string KeyOf(string edition) => RepositoryLayout.ImagesOf(edition) + Name;

    /// <summary>The key of its signature.</summary>
    public static string SignatureKeyOf(string edition) => KeyOf(edition) + ".gpg";

    /// <summary>The digests by file name.</summary>
    public IReadOnlyDictionary<string, string> Files => files;

    /// <summary>Adds a file, or replaces its digest.</summary>
    /// <param name="file">The name in the edition's folder.</param>
    /// <param name="sha256">The digest, 64 lower-case hexadecimal digits.</param>
    public void Add(string file, string sha256)
    {
        if (!StoreKey.IsValid(file) || file.Contains('/') || !Sha256Digest.IsValid(sha256))
        {
            throw new BananaException(ExitCode.BadInput, $"'{file}' with the digest '{sha256}' cannot be listed", where: Name);
        }

        files[file] = sha256;
    }

    /// <summary>Removes a file; one that is not listed is no error.</summary>
    public void Remove(string file) => files.Remove(file);

    /// <summary>Reads a list.</summary>
    /// <param name="content">The bytes.</param>
    /// <param name="where">The file, for errors.</param>
    /// <exception cref="BananaException">A line is none (<see cref="ExitCode.BadInput"/>).</exception>
    public static ChecksumList Parse(ReadOnlySpan<byte> content, string where)
    {
        var list = new ChecksumList();
        var number = 0;
        foreach (var line in Encoding.UTF8.GetString(content).Split('\n'))
        {
            number++;
            if (line.Length == 0)
            {
                continue;
            }

            // 64 digits, a space, a space or a star (text or binary), the name.
            var name = line.Length > 66 && line[64] == ' ' && line[65] is ' ' or '*' ? line[66..] : string.Empty;
            if (!StoreKey.IsValid(name) || name.Contains('/') || !Sha256Digest.IsValid(line[..64]) || !list.files.TryAdd(name, line[..64]))
            {
                throw new BananaException(ExitCode.BadInput, "this line is not 'DIGEST *NAME', or the name is there twice", where: $"{where}:{number}");
            }
        }

        return list;
    }

    /// <summary>The bytes, sorted by name, so that equal lists have equal bytes.</summary>
    /// <exception cref="BananaException">There are more files than systemd-pull reads.</exception>
    public byte[] ToBytes()
    {
        var bytes = Encoding.ASCII.GetBytes(string.Concat(files.Select(file => $"{file.Value} *{file.Key}\n")));
        return bytes.Length <= MaximumLength ? bytes : throw new BananaException(ExitCode.BadInput, "the list is longer than systemd-sysupdate reads", where: Name, next: "prune old releases");
    }
}
