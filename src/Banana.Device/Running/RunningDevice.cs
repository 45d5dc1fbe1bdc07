// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Device.Boots;
using Banana.Device.History;
using Banana.Device.Reports;
using Banana.Device.Settings;
using Banana.Device.Updating;

namespace Banana.Device.Running;

/// <summary>A device that runs, with everything that a service of it needs. <see cref="LinuxDevice"/> is the real one.</summary>
public sealed record RunningDevice : IDisposable
{
    /// <summary>The machine.</summary>
    public required Machine Machine { get; init; }

    /// <summary>What runs.</summary>
    public required RunningSystem System { get; init; }

    /// <summary>Its record.</summary>
    public required DeviceHistory History { get; init; }

    /// <summary>Its settings.</summary>
    public required SettingsFiles Settings { get; init; }

    /// <summary>This boot (boot_id of the kernel).</summary>
    public required string BootId { get; init; }

    /// <summary>Takes the lock of everything that changes which release is where; throws when another one holds it.</summary>
    public required Func<IDisposable> TakeUpdateLock { get; init; }

    /// <summary>The root of the file system, "/" on a device.</summary>
    public required string Root { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Finds and installs updates.</summary>
    public DeviceUpdater Updater => new(Machine, System, History, Settings, Clock);

    /// <summary>Which release boots.</summary>
    public BootChoice Boots => new(Machine, History, Clock, BootId);

    /// <summary>Describes it.</summary>
    public DeviceReporter Reporter => new(Machine, System, History, BootId, Clock);

    /// <inheritdoc/>
    public void Dispose() => Machine.Disk.Dispose();
}
