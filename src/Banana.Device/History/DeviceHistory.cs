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

    /// <summary>What is known now.</summary>
    /// <exception cref="BananaException">A newer release wrote it (<see cref="ExitCode.NewerFormat"/>).</exception>
    public DeviceRecord Read() => Parse(state.Read(Entry));

    /// <summary>Changes it; durable when the call returns. What is too old for its lists goes.</summary>
    public DeviceRecord Change(Func<DeviceRecord, DeviceRecord> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        var record = new DeviceRecord();
        state.Change(Entry, before =>
        {
            record = change(Parse(before));
            record = record with { Events = [.. record.Events.TakeLast(MostEvents)], Refused = [.. record.Refused.TakeLast(MostRefused)], Blessed = [.. record.Blessed.TakeLast(MostBlessed)] };
            return JsonSerializer.SerializeToUtf8Bytes(record, DeviceRecordContext.Default.DeviceRecord);
        });
        return record;
    }

    /// <summary>Notes an event.</summary>
    public void Add(DeviceEvent happened) => Change(record => record with { Events = [.. record.Events, happened] });

    private static DeviceRecord Parse(byte[]? bytes)
    {
        try
        {
            var record = bytes is null ? new() : JsonSerializer.Deserialize(bytes, DeviceRecordContext.Default.DeviceRecord) ?? new();
            return record.Format <= DeviceRecord.CurrentFormat
                ? record
                : throw new BananaException(ExitCode.NewerFormat, $"the device's record has the format {record.Format}, and this Banana knows {DeviceRecord.CurrentFormat}", next: "boot the newer release again");
        }
        catch (JsonException)
        {
            return new();
        }
    }
}
