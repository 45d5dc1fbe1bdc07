// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Errors;

namespace Banana.Updates.Fetching;

/// <summary>The target itself failed: no other way to the part helps.</summary>
internal sealed class TargetException : BananaException
{
    private TargetException(ExitCode code, string what, string where, string next, Exception inner)
        : base(code, what, where, next, inner)
    {
    }

    /// <summary>Explains why writing failed.</summary>
    public static TargetException Of(IOException error, string name) => IOErrors.IsNoSpace(error)
        ? new(ExitCode.NoSpace, "no space left while the update was written", name, "make room and run the same command again; it goes on where it was", error)
        : new(ExitCode.ToolFailed, $"the update cannot be written: {error.Message}", name, "the disk may be damaged; look at the kernel's log", error);
}

/// <summary>The target while a part is written to it. Its failures are told from those of everything else; places are written to by several threads.</summary>
/// <param name="inner">The open target.</param>
/// <param name="name">What messages call it.</param>
internal sealed class TargetStream(Stream inner, string name) : Stream
{
    private readonly Lock turn = new();

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => true;

    public override long Length => inner.Length;

    public override long Position { get => inner.Position; set => inner.Position = value; }

    /// <summary>Writes bytes at a place.</summary>
    public void WriteAt(long offset, ReadOnlySpan<byte> content)
    {
        lock (turn)
        {
            inner.Position = offset;
            Write(content);
        }
    }

    /// <summary>Reads bytes at a place.</summary>
    /// <returns>Whether they are there.</returns>
    public bool TryReadAt(long offset, Span<byte> content)
    {
        lock (turn)
        {
            try
            {
                inner.Position = offset;
                return inner.ReadAtLeast(content, content.Length, throwOnEndOfStream: false) == content.Length;
            }
            catch (IOException error)
            {
                throw TargetException.Of(error, name);
            }
        }
    }

    /// <summary>Makes all that was written durable.</summary>
    public void Sync()
    {
        try
        {
            if (inner is FileStream file)
            {
                file.Flush(flushToDisk: true);
            }
            else
            {
                inner.Flush();
            }
        }
        catch (IOException error)
        {
            throw TargetException.Of(error, name);
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            inner.Write(buffer);
        }
        catch (IOException error)
        {
            throw TargetException.Of(error, name);
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    public override void Flush() => Sync();

    public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

    public override void SetLength(long value)
    {
        try
        {
            inner.SetLength(value);
        }
        catch (IOException error)
        {
            throw TargetException.Of(error, name);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            try
            {
                inner.Dispose();
            }
            catch (IOException)
            {
                // What was not synced is not counted on; a full disk has been reported by the write.
            }
        }

        base.Dispose(disposing);
    }
}
