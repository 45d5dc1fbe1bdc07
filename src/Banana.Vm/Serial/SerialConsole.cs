// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Globalization;
using System.Text.RegularExpressions;
using Banana.Foundation.Errors;

namespace Banana.Vm.Serial;

/// <summary>
/// A serial port of a machine. Every byte goes to a log file as it came; text without control sequences is kept as lines with their times,
/// and can be waited for. Safe to use from several threads.
/// </summary>
public sealed partial class SerialConsole : IAsyncDisposable
{
    private const int LinesInErrors = 3;
    private const int CharactersInErrors = 160;

    private readonly Lock gate = new();
    private readonly List<SerialLine> lines = [];
    private readonly List<Waiter> waiters = [];
    private readonly FileStream log;
    private readonly Func<TimeSpan> clock;
    private TerminalText text;
    private TimeSpan lineBegan;
    private Exception? end;
    private Stream? port;

    /// <param name="name">What the port is called in errors ("the serial console").</param>
    /// <param name="logFile">The file for the raw bytes; replaced.</param>
    /// <param name="clock">The time since the machine was started.</param>
    internal SerialConsole(string name, string logFile, Func<TimeSpan> clock)
    {
        Name = name;
        this.clock = clock;
        LogFile = Path.GetFullPath(logFile);
        Directory.CreateDirectory(Path.GetDirectoryName(LogFile)!);
        log = new FileStream(LogFile, FileMode.Create, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        text = new TerminalText(AddLine, EraseLine);
    }

    /// <summary>What the port is called.</summary>
    public string Name { get; }

    /// <summary>The file with every byte.</summary>
    public string LogFile { get; }

    /// <summary>Whether a panic of the guest is not the end of what it says.</summary>
    internal bool OutlivesPanic { get; init; }

    /// <summary>Called with the bytes as they come.</summary>
    internal Action<ReadOnlyMemory<byte>>? OnBytes { get; init; }

    /// <summary>Called with each line when it is complete.</summary>
    internal Action<SerialLine>? OnLine { get; init; }

    /// <summary>The lines until now, and what came after the last line end if there is something.</summary>
    public IReadOnlyList<SerialLine> Lines
    {
        get
        {
            lock (gate)
            {
                return text.IsAtStart ? [.. lines] : [.. lines, new SerialLine(lineBegan, text.Partial)];
            }
        }
    }

    /// <summary>Waits for a line with a text in it. A line that already came counts.</summary>
    public Task<SerialLine> WaitForAsync(string marker, TimeSpan timeout, CancellationToken cancellation) =>
        WaitForAsync(new Regex(Regex.Escape(marker), RegexOptions.None, TimeSpan.FromSeconds(5)), timeout, cancellation, $"'{marker}'");

    /// <summary>Waits for a line, or the beginning of one, that matches. A line that already came counts.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="cancellation">Stops the waiting.</param>
    /// <param name="what">What is waited for, in the words of an error; the pattern when null.</param>
    /// <returns>The line as it was when it matched.</returns>
    /// <exception cref="BananaException">It did not come in time, the guest panicked, or the machine ended.</exception>
    public Task<SerialLine> WaitForAsync(Regex pattern, TimeSpan timeout, CancellationToken cancellation, string? what = null) =>
        WaitAsync(new Waiter(pattern, what ?? $"'{pattern}'", isWhole: false), timeout, cancellation);

    /// <summary>Waits for a whole line that matches: one that ends with a number, say, of which the first digits would match as well.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="what">What is waited for, in the words of an error.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="cancellation">Stops the waiting.</param>
    /// <exception cref="BananaException">As for <see cref="WaitForAsync(Regex, TimeSpan, CancellationToken, string?)"/>.</exception>
    public Task<SerialLine> WaitForLineAsync(Regex pattern, string what, TimeSpan timeout, CancellationToken cancellation) =>
        WaitAsync(new Waiter(pattern, what, isWhole: true), timeout, cancellation);

    /// <summary>Sends bytes to the guest, as if typed.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        if (port is { } stream)
        {
            try
            {
                await stream.WriteAsync(bytes, cancellation).ConfigureAwait(false);
            }
            catch (Exception error) when (error is IOException or ObjectDisposedException)
            {
                // The machine ended while we wrote; whoever waits for an answer is told so.
            }
        }
    }

    /// <summary>Sends text to the guest, as if typed.</summary>
    public Task WriteAsync(string typed, CancellationToken cancellation) => WriteAsync(System.Text.Encoding.UTF8.GetBytes(typed), cancellation);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await log.DisposeAsync().ConfigureAwait(false);

    /// <summary>Reads from the guest until it is gone. The streams are owned from here on.</summary>
    /// <param name="output">What comes from the guest.</param>
    /// <param name="input">What goes to the guest.</param>
    /// <returns>Completes at the end of the output.</returns>
    internal Task Attach(Stream output, Stream input)
    {
        port = input;
        // A thread of its own: the pool is busy with other things at times, and the guest waits for us.
        return Task.Factory.StartNew(() => Pump(output, input), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Takes bytes of the guest.</summary>
    internal void Feed(ReadOnlyMemory<byte> bytes)
    {
        log.Write(bytes.Span);
        lock (gate)
        {
            // Piece by piece at line ends, so that each line gets the time at which it began.
            var rest = bytes.Span;
            while (!rest.IsEmpty)
            {
                if (text.IsAtStart)
                {
                    lineBegan = clock();
                }

                var length = rest.IndexOf((byte)'\n') is var newline and >= 0 ? newline + 1 : rest.Length;
                text.Feed(rest[..length]);
                rest = rest[length..];
            }

            waiters.RemoveAll(Offer);
        }

        OnBytes?.Invoke(bytes);
    }

    /// <summary>No more will come: whoever waits is told why.</summary>
    internal void End(Exception reason)
    {
        lock (gate)
        {
            text.EndLine();
            waiters.RemoveAll(Offer);
            Fail(reason);
        }
    }

    /// <summary>Forgets everything: the machine is started once more.</summary>
    internal void Restart(string note)
    {
        lock (gate)
        {
            lines.Clear();
            text = new TerminalText(AddLine, EraseLine);
            end = null;
            waiters.ForEach(waiter => waiter.Next = 0);
        }

        Feed(System.Text.Encoding.UTF8.GetBytes(note + "\r\n"));
    }

    [GeneratedRegex("Kernel panic - not syncing: .*", RegexOptions.None, 1000)]
    private static partial Regex Panic();

    private async Task<SerialLine> WaitAsync(Waiter waiter, TimeSpan timeout, CancellationToken cancellation)
    {
        lock (gate)
        {
            if (!Offer(waiter))
            {
                if (end is not null)
                {
                    throw Explain(end, waiter);
                }

                waiters.Add(waiter);
            }
        }

        try
        {
            return await waiter.Found.Task.WaitAsync(timeout, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw Failure($"{waiter.What} did not appear on {Name} within {Seconds(timeout)}");
        }
        finally
        {
            lock (gate)
            {
                waiters.Remove(waiter);
            }
        }
    }

    private void Pump(Stream output, Stream input)
    {
        using (output)
        using (input)
        {
            var buffer = new byte[1 << 16];
            int count;
            while ((count = output.Read(buffer)) > 0)
            {
                Feed(buffer.AsMemory(0, count));
            }

            port = null;
        }
    }

    private void AddLine(string line)
    {
        lines.Add(new SerialLine(lineBegan, line));
        OnLine?.Invoke(lines[^1]);
        lineBegan = clock();
        if (end is null && !OutlivesPanic && Panic().Match(line) is { Success: true } panic)
        {
            waiters.RemoveAll(Offer);
            Fail(new BananaException(ExitCode.Unhealthy, $"the guest's kernel panicked ({panic.Value})"));
        }
    }

    private void EraseLine()
    {
        if (lines.Count > 0)
        {
            lines.RemoveAt(lines.Count - 1);
            waiters.ForEach(waiter => waiter.Next = Math.Min(waiter.Next, lines.Count));
        }
    }

    private void Fail(Exception reason)
    {
        end ??= reason;
        foreach (var waiter in waiters)
        {
            waiter.Found.TrySetException(Explain(end, waiter));
        }

        waiters.Clear();
    }

    private bool Offer(Waiter waiter)
    {
        for (; waiter.Next < lines.Count; waiter.Next++)
        {
            if (waiter.Pattern.IsMatch(lines[waiter.Next].Text))
            {
                waiter.Found.TrySetResult(lines[waiter.Next]);
                return true;
            }
        }

        if (!waiter.IsWhole && !text.IsAtStart && text.Partial is var partial && waiter.Pattern.IsMatch(partial))
        {
            waiter.Found.TrySetResult(new SerialLine(lineBegan, partial));
            return true;
        }

        return false;
    }

    private Exception Explain(Exception reason, Waiter waiter) => reason is BananaException expected
        ? Failure($"{expected.What} before {waiter.What} appeared on {Name}", expected)
        : reason;

    /// <summary>An error that says what the guest said last, and where the rest is.</summary>
    internal BananaException Failure(string what, Exception? inner = null)
    {
        lock (gate)
        {
            var last = Lines.Where(line => line.Text.Length > 0).TakeLast(LinesInErrors).Select(line => Clip(line.Text)).ToList();
            var said = last.Count == 0 ? "it said nothing at all" : $"its last lines: {string.Join(" | ", last)}";
            return new BananaException(ExitCode.Unhealthy, $"{what}; {said}", next: $"the whole log is in {LogFile}", inner: inner);
        }
    }

    private static string Clip(string line) => line.Length <= CharactersInErrors ? line : line[..CharactersInErrors] + "…";

    private static string Seconds(TimeSpan time) => $"{time.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture)} s";

    private sealed class Waiter(Regex pattern, string what, bool isWhole)
    {
        public Regex Pattern => pattern;

        public string What => what;

        public bool IsWhole => isWhole;

        /// <summary>The first line that was not looked at yet.</summary>
        public int Next { get; set; }

        public TaskCompletionSource<SerialLine> Found { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
