// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Foundation.Errors;
using Banana.Tuf;
using Banana.Tuf.Keys;

namespace Banana.Cli.Keys;

/// <summary>The private keys that a command may use: single files, or all <c>*.pem</c> of a folder.</summary>
internal sealed class KeyFolder : IDisposable
{
    private readonly List<PrivateKey> keys = [];

    /// <summary>The keys.</summary>
    public IReadOnlyList<PrivateKey> Keys => keys;

    /// <summary>Reads keys.</summary>
    /// <param name="paths">Files and folders.</param>
    /// <param name="passphraseFile">The file whose first line is the passphrase of all of them; null for none.</param>
    public static KeyFolder Open(IEnumerable<string> paths, string? passphraseFile)
    {
        var passphrase = Passphrase(passphraseFile);
        var folder = new KeyFolder();
        try
        {
            foreach (var path in paths)
            {
                foreach (var file in Directory.Exists(path) ? Directory.GetFiles(path, "*.pem").Order(StringComparer.Ordinal) : Enumerable.Repeat(path, 1))
                {
                    folder.keys.Add(Read(file, passphrase));
                }
            }

            return folder;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>The first line of a passphrase file.</summary>
    public static string? Passphrase(string? file) => file is null ? null : File.ReadLines(file).FirstOrDefault() is { Length: > 0 } line
        ? line
        : throw new BananaException(ExitCode.BadInput, "the file of the passphrase has an empty first line", file);

    /// <summary>Makes a key: NAME.pem for who has it, NAME.pub for everybody else.</summary>
    public static PrivateKey Make(string folder, string name, KeyKind kind, string? passphrase)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, name + ".pem");
        if (File.Exists(path))
        {
            throw new BananaException(ExitCode.BadInput, "there is a key of this name already", path, "keys are never overwritten; take another name or folder");
        }

        var key = PrivateKey.Generate(kind);
        KeyFile.Write(path, key, passphrase);
        KeyFile.WritePublic(Path.Combine(folder, name + ".pub"), key.Public);
        return key;
    }

    /// <inheritdoc/>
    public void Dispose() => keys.ForEach(key => key.Dispose());

    private static PrivateKey Read(string file, string? passphrase)
    {
        try
        {
            return KeyFile.Read(file, passphrase);
        }
        catch (TufException error)
        {
            throw new BananaException(ExitCode.BadInput, error.Message, next: error.Message.Contains("has a passphrase", StringComparison.Ordinal) ? "give it with --passphrase-file" : null, inner: error);
        }
    }
}
