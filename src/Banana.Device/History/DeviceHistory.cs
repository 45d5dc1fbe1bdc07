// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text.Json;
using Banana.Device.State;
using Banana.Foundation.Errors;

namespace Banana.Device.History;

/// <summary>The record of a device in its state area. A record that cannot be read is begun anew: nothing that boots hangs on it.</summary>
/// <param name="state">The state area.</param>
public sealed class DeviceHistory(DeviceState state)
{
    private const string Entry = "device.json";
    private const int MostEvents = 200;
    private const int MostRefused = 20;
    private const int MostBlessed = 20;
    private readonly Lock turn = new();

    /// <summary>What is known now.</summary>
    /// <exception cref="BananaException">A newer release wrote it (<see cref="ExitCode.NewerFormat"/>).</exception>
    public DeviceRecord Read()
    {
        if (state.Read(Entry) is not { } bytes)
        {
            return new();
        }

        try
        {
            var record = JsonSerializer.Deserialize(bytes, DeviceRecordContext.Default.DeviceRecord) ?? new();
            return record.Format <= DeviceRecord.CurrentFormat
                ? record
                : throw new BananaException(ExitCode.NewerFormat, $"the device's record has the format {record.Format}, and this Banana knows {DeviceRecord.CurrentFormat}", next: "boot the newer release again");
        }
        catch (JsonException)
        {
            return new();
        }
    }

    /// <summary>Changes it; durable when the call returns. What is too old for its lists goes.</summary>
    public DeviceRecord Change(Func<DeviceRecord, DeviceRecord> change)
    {
        lock (turn)
        {
            var record = change(Read());
            record = record with { Events = [.. record.Events.TakeLast(MostEvents)], Refused = [.. record.Refused.TakeLast(MostRefused)], Blessed = [.. record.Blessed.TakeLast(MostBlessed)] };
            state.Write(Entry, JsonSerializer.SerializeToUtf8Bytes(record, DeviceRecordContext.Default.DeviceRecord));
            return record;
        }
    }

    /// <summary>Notes an event.</summary>
    public void Add(DeviceEvent happened) => Change(record => record with { Events = [.. record.Events, happened] });
}
