// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Security.Cryptography;
using Banana.Foundation.Errors;

namespace Banana.Bases;

/// <summary>A file that is being downloaded: appended to over several attempts, hashed as it grows.</summary>
/// <param name="path">The partial file.</param>
/// <param name="download">What it becomes.</param>
internal sealed class PartialFile(string path, Download download)
{
    /// <summary>Goes on where the file ends. On return it is whole and verified.</summary>
    /// <exception cref="BananaException">It is not what was locked; it is deleted.</exception>
    public async Task ContinueAsync(Transfer transfer, Action<long> count, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var resumed = false;
        while (true)
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite, 1 << 16, FileOptions.Asynchronous);
            await using (file.ConfigureAwait(false))
            {
                if (file.Length > download.Size)
                {
                    file.SetLength(0);
                }

                resumed = file.Length > 0;
                await HashExistingAsync(file, hash, cancellation).ConfigureAwait(false);
                if (file.Length < download.Size)
                {
                    using var target = new HashingStream(file, hash);
                    await transfer.CopyAsync(target, file.Length, download.Size, count, cancellation).ConfigureAwait(false);
                    resumed &= !target.Restarted;
                }

                if (file.Length < download.Size)
                {
                    throw new TransferException(TransferFailure.Transient, $"the connection ended after {file.Length} of {download.Size} bytes");
                }
            }

            var actual = Convert.ToHexStringLower(hash.GetHashAndReset());
            if (actual == download.Sha256)
            {
                return;
            }

            File.Delete(path);
            if (!resumed)
            {
                throw new BananaException(ExitCode.Untrusted, $"{download.Name} is not the locked file: expected SHA-256 {download.Sha256}, got {actual}", where: transfer.Address, next: "do not use this mirror; or, if it is right, run 'banana lock --update'");
            }

            // What an earlier run left may have been damaged by a crash: once more from the start, before the mirror is blamed.
        }
    }

    private static async Task HashExistingAsync(FileStream file, IncrementalHash hash, CancellationToken cancellation)
    {
        var buffer = new byte[1 << 16];
        int read;
        while ((read = await file.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0)
        {
            hash.AppendData(buffer, 0, read);
        }
    }
}

/// <summary>Hashes what is written to a file. Set to length 0, it begins again.</summary>
internal sealed class HashingStream(FileStream file, IncrementalHash hash) : Stream
{
    /// <summary>Whether the server could not resume, so that the file was begun again.</summary>
    public bool Restarted { get; private set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => file.Length;

    public override long Position
    {
        get => file.Position;
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await file.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        hash.AppendData(buffer.Span);
    }

    public override void SetLength(long value)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(value, 0);
        Restarted = true;
        file.SetLength(0);
        file.Position = 0;
        _ = hash.GetHashAndReset();
    }

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void Flush() => file.Flush();
}
