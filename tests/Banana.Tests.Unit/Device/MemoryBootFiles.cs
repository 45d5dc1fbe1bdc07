// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Device.Disks;

namespace Banana.Tests.Unit.Device;

/// <summary>
/// Files of an EFI system partition in memory, as weak as FAT is: changes of names are durable after a sync only, each may be there or not after
/// a power cut, and a file that was not flushed may have any length and zeros in it.
/// </summary>
internal sealed class MemoryBootFiles(IReadOnlyDictionary<string, byte[]> content, Faults faults, long room = 4 << 20) : IBootFiles
{
    private readonly Dictionary<string, byte[]> durable = new(content, StringComparer.Ordinal);
    private readonly Dictionary<string, byte[]> current = new(content, StringComparer.Ordinal);
    private readonly List<Action<Dictionary<string, byte[]>, Random>> names = [];
    private readonly Faults faults = faults;
    private readonly HashSet<string> unflushed = new(StringComparer.Ordinal);

    public string Name => "esp";

    public IReadOnlyDictionary<string, byte[]> Content => new Dictionary<string, byte[]>(current, StringComparer.Ordinal);

    public long Free() => room - current.Values.Sum(file => file.Length);

    public IReadOnlyList<string> List(string folder) =>
        [.. current.Keys.Where(path => (Path.GetDirectoryName(path) ?? string.Empty) == folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    public long? Length(string path) => current.TryGetValue(path, out var file) ? file.Length : null;

    public Stream Open(string path)
    {
        if (!current.ContainsKey(path))
        {
            Step();
            current[path] = [];
            names.Add((files, _) => files.TryAdd(path, []));
        }

        return new Opened(this, path);
    }

    public void Rename(string from, string to)
    {
        Step();
        current[to] = current[from];
        current.Remove(from);
        names.Add((files, random) =>
        {
            // FAT adds a name and takes one away, in two places: each may be on the disk without the other.
            if (!files.TryGetValue(from, out var file))
            {
                return;
            }

            if (random.Next(4) != 0)
            {
                files[to] = file;
            }

            if (random.Next(4) != 0)
            {
                files.Remove(from);
            }
        });
    }

    public void Delete(string path)
    {
        Step();
        current.Remove(path);
        names.Add((files, _) => files.Remove(path));
    }

    public void Sync()
    {
        Step();
        durable.Clear();
        foreach (var (path, file) in current)
        {
            durable[path] = file;
        }

        names.Clear();
        unflushed.Clear();
    }

    /// <summary>What is on the disk when the power comes back.</summary>
    public Dictionary<string, byte[]> AfterPowerCut(Random random)
    {
        var left = new Dictionary<string, byte[]>(durable, StringComparer.Ordinal);
        foreach (var change in names.Where(_ => random.Next(2) == 0))
        {
            change(left, random);
        }

        foreach (var path in left.Keys.ToList())
        {
            if (unflushed.Contains(path) && current.TryGetValue(path, out var file))
            {
                byte[] torn = [.. file.AsSpan(0, random.Next(file.Length + 1))];
                torn.AsSpan(torn.Length - Math.Min(torn.Length, random.Next(2000))).Clear();
                left[path] = torn;
            }
        }

        return left;
    }

    private void Step()
    {
        if (faults.Before())
        {
            throw Faults.Error(5);
        }
    }

    private sealed class Opened : Stream
    {
        private readonly MemoryBootFiles files;
        private readonly string path;
        private readonly MemoryStream inner = new();

        public Opened(MemoryBootFiles files, string path)
        {
            (this.files, this.path) = (files, path);
            inner.Write(files.current[path]);
            inner.Position = 0;
        }

        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => true;

        public override long Length => inner.Length;

        public override long Position { get => inner.Position; set => inner.Position = value; }

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

        public override void Write(byte[] buffer, int offset, int count)
        {
            var isShort = files.faults.Before();
            inner.Write(buffer, offset, isShort ? count / 2 : count);
            Store();
            if (isShort)
            {
                throw Faults.Error(5);
            }
        }

        public override void SetLength(long value)
        {
            files.Step();
            inner.SetLength(value);
            Store();
        }

        public override void Flush()
        {
            files.Step();

            // fsync(2) of a file makes its content durable, and its name where it is new.
            if (files.unflushed.Remove(path))
            {
                files.durable[path] = files.current[path];
            }
        }

        private void Store()
        {
            files.current[path] = inner.ToArray();
            files.unflushed.Add(path);
        }
    }
}
