// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Banana.Foundation.Errors;

namespace Banana.Vm.Qmp;

/// <summary>Something that happened in QEMU ("SHUTDOWN", "RESET", "GUEST_PANICKED").</summary>
/// <param name="Name">The name.</param>
/// <param name="Data">What belongs to it; undefined when nothing does.</param>
public sealed record QmpEvent(string Name, JsonElement Data)
{
    /// <summary>A text of the data, if it is there.</summary>
    public string? Text(string property) =>
        Data.ValueKind == JsonValueKind.Object && Data.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

/// <summary>
/// Speaks QEMU's machine protocol: one JSON object a line (https://www.qemu.org/docs/master/interop/qmp-spec.html).
/// <code>
/// {"execute": "query-status", "id": "1"}
/// {"return": {"status": "running", "running": true}, "id": "1"}
/// {"event": "SHUTDOWN", "data": {"guest": true, "reason": "guest-shutdown"}, "timestamp": {…}}
/// </code>
/// </summary>
public sealed class QmpClient : IAsyncDisposable
{
    /// <summary>INPUT_EVENT_ABS_MAX: absolute pointers count to here, whatever the size of the screen.</summary>
    private const int AbsoluteMaximum = 0x7fff;

    private readonly Stream stream;
    private readonly StreamReader reader;
    private readonly Action<QmpEvent> onEvent;
    private readonly ConcurrentDictionary<string, TaskCompletionSource<JsonElement>> waiting = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim writing = new(1, 1);
    private readonly Task reading;
    private int lastId;
    private bool closed;

    private QmpClient(Stream stream, StreamReader reader, Action<QmpEvent> onEvent)
    {
        this.stream = stream;
        this.reader = reader;
        this.onEvent = onEvent;
        reading = ReadAsync();
    }

    /// <summary>Completes when QEMU closed the connection and every event was delivered.</summary>
    public Task Closed => reading;

    /// <summary>Reads the greeting and turns to command mode.</summary>
    /// <param name="stream">The connection; owned from here on.</param>
    /// <param name="onEvent">Called for each event, in order, from the reading task.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="BananaException">The other side is not QMP.</exception>
    public static async Task<QmpClient> ConnectAsync(Stream stream, Action<QmpEvent> onEvent, CancellationToken cancellation)
    {
        var lines = new StreamReader(stream);
        var greeting = await lines.ReadLineAsync(cancellation).ConfigureAwait(false);
        if (greeting?.Contains("\"QMP\"", StringComparison.Ordinal) != true)
        {
            throw new BananaException(ExitCode.ToolFailed, $"QEMU did not greet on its control socket (got '{greeting}')");
        }

        var client = new QmpClient(stream, lines, onEvent);
        await client.ExecuteAsync("qmp_capabilities", null, cancellation).ConfigureAwait(false);
        return client;
    }

    /// <summary>Runs a command and returns what it returns.</summary>
    /// <param name="command">The command.</param>
    /// <param name="arguments">Writes the members of the argument object.</param>
    /// <param name="cancellation">Stops the waiting; the command may run all the same.</param>
    /// <exception cref="BananaException">QEMU refused, or it is gone.</exception>
    public async Task<JsonElement> ExecuteAsync(string command, Action<Utf8JsonWriter>? arguments, CancellationToken cancellation)
    {
        var id = Interlocked.Increment(ref lastId).ToString(CultureInfo.InvariantCulture);
        var answer = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting[id] = answer;
        try
        {
            await SendAsync(command, id, arguments, cancellation).ConfigureAwait(false);
            // Registered after the reading had ended: nobody would ever answer.
            if (Volatile.Read(ref closed) && !answer.Task.IsCompleted)
            {
                throw Gone();
            }

            return await answer.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            throw Gone();
        }
        finally
        {
            waiting.TryRemove(id, out _);
        }
    }

    /// <summary>The run state ("running", "paused", "internal-error", "guest-panicked", "shutdown").</summary>
    public async Task<string> QueryStatusAsync(CancellationToken cancellation) =>
        (await ExecuteAsync("query-status", null, cancellation).ConfigureAwait(false)).GetProperty("status").GetString()!;

    /// <summary>Writes what the screen shows as a PPM picture.</summary>
    public Task ScreendumpAsync(string path, CancellationToken cancellation) =>
        ExecuteAsync("screendump", writer => writer.WriteString("filename", path), cancellation);

    /// <summary>Presses the power button; the guest decides what it does about it.</summary>
    public Task PressPowerButtonAsync(CancellationToken cancellation) => ExecuteAsync("system_powerdown", null, cancellation);

    /// <summary>Presses the reset button: the guest starts anew, whatever it does.</summary>
    public Task ResetAsync(CancellationToken cancellation) => ExecuteAsync("system_reset", null, cancellation);

    /// <summary>Ends QEMU at once.</summary>
    public Task QuitAsync(CancellationToken cancellation) => ExecuteAsync("quit", null, cancellation);

    /// <summary>Presses keys together and lets them go.</summary>
    /// <param name="keys">QEMU's names of the keys ("ctrl", "alt", "f2", "a", "ret").</param>
    /// <param name="cancellation">Stops the waiting.</param>
    public Task SendKeysAsync(IReadOnlyList<string> keys, CancellationToken cancellation) => ExecuteAsync(
        "send-key",
        writer =>
        {
            writer.WriteStartArray("keys");
            foreach (var key in keys)
            {
                writer.WriteStartObject();
                writer.WriteString("type", "qcode");
                writer.WriteString("data", key);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        },
        cancellation);

    /// <summary>Moves the pointer, and clicks where <paramref name="button"/> is given.</summary>
    /// <param name="x">Where, from the left edge of the screen (0) to the right one (1).</param>
    /// <param name="y">Where, from the top (0) to the bottom (1).</param>
    /// <param name="button">QEMU's name of a button ("left", "right"); null only moves.</param>
    /// <param name="cancellation">Stops the waiting.</param>
    public async Task PointAsync(double x, double y, string? button, CancellationToken cancellation)
    {
        await SendInputAsync([writer => Move(writer, "x", x), writer => Move(writer, "y", y)], cancellation).ConfigureAwait(false);
        if (button is not null)
        {
            await SendInputAsync([writer => Press(writer, button, isDown: true)], cancellation).ConfigureAwait(false);
            await SendInputAsync([writer => Press(writer, button, isDown: false)], cancellation).ConfigureAwait(false);
        }
    }

    private Task<JsonElement> SendInputAsync(IReadOnlyList<Action<Utf8JsonWriter>> events, CancellationToken cancellation) => ExecuteAsync(
        "input-send-event",
        writer =>
        {
            writer.WriteStartArray("events");
            foreach (var write in events)
            {
                writer.WriteStartObject();
                write(writer);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        },
        cancellation);

    private static void Move(Utf8JsonWriter writer, string axis, double place)
    {
        writer.WriteString("type", "abs");
        writer.WriteStartObject("data");
        writer.WriteString("axis", axis);
        writer.WriteNumber("value", (int)(Math.Clamp(place, 0, 1) * AbsoluteMaximum));
        writer.WriteEndObject();
    }

    private static void Press(Utf8JsonWriter writer, string button, bool isDown)
    {
        writer.WriteString("type", "btn");
        writer.WriteStartObject("data");
        writer.WriteString("button", button);
        writer.WriteBoolean("down", isDown);
        writer.WriteEndObject();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync().ConfigureAwait(false);
        await reading.ConfigureAwait(false);
        reader.Dispose();
        writing.Dispose();
    }

    private static BananaException Gone() => new(ExitCode.ToolFailed, "QEMU is gone", next: "see its serial log");

    private async Task SendAsync(string command, string id, Action<Utf8JsonWriter>? arguments, CancellationToken cancellation)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("execute", command);
            if (arguments is not null)
            {
                writer.WriteStartObject("arguments");
                arguments(writer);
                writer.WriteEndObject();
            }

            writer.WriteString("id", id);
            writer.WriteEndObject();
        }

        buffer.Write("\n"u8);
        await writing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await stream.WriteAsync(buffer.WrittenMemory, cancellation).ConfigureAwait(false);
        }
        finally
        {
            writing.Release();
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await reader.ReadLineAsync().ConfigureAwait(false) is { } line)
            {
                using var message = JsonDocument.Parse(line);
                Dispatch(message.RootElement);
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or JsonException)
        {
            // QEMU was killed in the middle of a line, or we closed the connection: the same as its end.
        }

        Volatile.Write(ref closed, true);
        foreach (var answer in waiting.Values)
        {
            answer.TrySetException(Gone());
        }
    }

    private void Dispatch(JsonElement message)
    {
        if (message.TryGetProperty("event", out var name))
        {
            onEvent(new QmpEvent(name.GetString()!, message.TryGetProperty("data", out var data) ? data.Clone() : default));
        }
        else if (message.TryGetProperty("id", out var id) && waiting.TryGetValue(id.GetString()!, out var answer))
        {
            if (message.TryGetProperty("return", out var value))
            {
                answer.TrySetResult(value.Clone());
            }
            else
            {
                var description = message.TryGetProperty("error", out var error) ? error.GetProperty("desc").GetString() : message.GetRawText();
                answer.TrySetException(new BananaException(ExitCode.ToolFailed, $"QEMU refused: {description}"));
            }
        }
    }
}
