// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Updates.Fetching;

namespace Banana.Device.State;

/// <summary>A note in the state area.</summary>
/// <param name="state">The state area.</param>
/// <param name="name">The entry.</param>
public sealed class StateNote(DeviceState state, string name) : INote
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public byte[]? Read(int most) => state.Read(name) is { } content && content.Length <= most ? content : null;

    /// <inheritdoc/>
    public Task WriteAsync(ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        state.Write(name, content);
        return Task.CompletedTask;
    }
}
