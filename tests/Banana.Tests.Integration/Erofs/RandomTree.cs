// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text;
using Banana.Foundation.Files;
using Banana.Tests.Integration.Tools;

namespace Banana.Tests.Integration.Erofs;

/// <summary>A tree with one of everything that a file system can hold, made from a seed.</summary>
internal sealed class RandomTree(string root, int seed)
{
    private readonly Random random = new(seed);

    public void Make()
    {
        Directory.CreateDirectory(root);
        foreach (var size in new[] { 0, 1, 100, 511, 512, 513, 4095, 4096, 4097, 8191, 8192, 12345, 65535, 65536, 65537, 200_000, 1 << 20 })
        {
            Write($"sizes/random-{size}", Noise(size));
            Write($"sizes/text-{size}", Text(size));
        }

        Write("sizes/zeros", new byte[300_000]);
        Write("sizes/mixed", [.. Text(100_000), .. Noise(70_000), .. Text(50_001), .. new byte[200_000], .. Noise(5)]);
        Write("sizes/repeated", [.. Enumerable.Repeat(Noise(10_000), 30).SelectMany(bytes => bytes)]);
        Sparse("sizes/sparse", 3 << 20);
        var shared = Text(40_000);
        Write("dedupe/a", [.. shared, .. Noise(100)]);
        Write("dedupe/b", [.. Noise(5000), .. shared]);
        for (var i = 0; i < 2000; i++)
        {
            Write($"many/{new string((char)('a' + (i % 26)), 1 + (i % 40))}-{i}", i % 50 == 0 ? Text(random.Next(6000)) : []);
        }

        Write(string.Join('/', Enumerable.Range(0, 60).Select(i => $"deep{i}")) + "/file", Text(10));
        foreach (var name in new[] { "späße", "日本語", "🍌", "a b\tc", "new\nline", "quote\"'\\", "-dash", ".hidden", "...", new string('n', 255), "\u0301combining", "~" })
        {
            Write($"names/{name}", Encoding.UTF8.GetBytes(name));
        }

        Link("links/short", "x");
        Link("links/up", "../sizes/text-100");
        Link("links/long", string.Join('/', Enumerable.Repeat(new string('l', 200), 18)));
        Link("links/utf8", "../names/🍌");
        Directory.CreateDirectory(Path.Combine(root, "empty"));
        Posix.MakeNode(Path.Combine(root, "null"), 0x2000 | 0x1B6, 1, 3);
        Posix.MakeNode(Path.Combine(root, "disk"), 0x6000 | 0x180, 259, 70_000);
        Posix.MakeNode(Path.Combine(root, "pipe"), 0x1000 | 0x1A4, 0, 0);
        Posix.MakeNode(Path.Combine(root, "socket"), 0xC000 | 0x1FF, 0, 0);
        foreach (var name in new[] { "links/one", "links/two", "many/hard" })
        {
            UnixFile.HardLink(Path.Combine(root, "sizes/text-12345"), Path.Combine(root, name));
        }

        Attributes();
        Ownership();
    }

    private byte[] Noise(int size)
    {
        var bytes = new byte[size];
        random.NextBytes(bytes);
        return bytes;
    }

    private byte[] Text(int size)
    {
        var words = new[] { "banana ", "plasma ", "kernel ", "erofs ", "0123456789 ", "\n", "the ", "quick " };
        var text = new StringBuilder(size + 16);
        while (text.Length < size)
        {
            text.Append(words[random.Next(words.Length)]).Append(random.Next(4) == 0 ? random.Next(100_000).ToString() : string.Empty);
        }

        return Encoding.ASCII.GetBytes(text.ToString(0, size));
    }

    private void Write(string path, byte[] content)
    {
        var full = Path.Combine(root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, content);
    }

    private void Sparse(string path, int size)
    {
        using var file = new FileStream(Path.Combine(root, path), FileMode.CreateNew);
        file.SetLength(size);
        file.Seek(1 << 20, SeekOrigin.Begin);
        file.Write(Text(5000));
        file.Seek(size - 10, SeekOrigin.Begin);
        file.Write(Noise(3));
    }

    private void Link(string path, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(root, path))!);
        File.CreateSymbolicLink(Path.Combine(root, path), target);
    }

    private void Attributes()
    {
        foreach (var path in Directory.GetFiles(Path.Combine(root, "sizes")))
        {
            Posix.SetXattr(path, "user.shared", "the same everywhere"u8.ToArray());
            Posix.SetXattr(path, $"user.own.{Path.GetFileName(path)}", Noise(random.Next(60)));
        }

        Posix.SetXattr(Path.Combine(root, "sizes/text-100"), "user.large", Noise(1500));
        Posix.SetXattr(Path.Combine(root, "sizes/text-1"), "security.capability", Convert.FromHexString("0100000200200000000000000000000000000000"));
        Posix.SetXattr(Path.Combine(root, "sizes/text-512"), "trusted.overlay.opaque", "y"u8.ToArray());
        Posix.SetXattr(Path.Combine(root, "empty"), "user.empty", []);
        Posix.SetXattr(Path.Combine(root, "links/short"), "trusted.on.link", "1"u8.ToArray());
        Posix.SetXattr(root, "user.on.root", "r"u8.ToArray());
    }

    private void Ownership()
    {
        var all = Directory.GetFileSystemEntries(root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();
        foreach (var path in all)
        {
            if (random.Next(10) == 0)
            {
                UnixFile.SetOwner(path, (uint)random.Next(3) switch { 0 => 0, 1 => 1000, _ => 100_000 }, (uint)random.Next(70_000));
            }

            if (random.Next(10) == 0 && new FileInfo(path).LinkTarget is null)
            {
                Posix.SetMode(path, (uint)random.Next(0x1000));
            }
        }

        foreach (var path in all)
        {
            Posix.SetTime(path, random.Next(5) == 0 ? random.NextInt64(-1_000_000_000, 8_000_000_000) : 1_790_000_000, random.Next(2) == 0 ? 0 : random.Next(1_000_000_000));
        }
    }
}
