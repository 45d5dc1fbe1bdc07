// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Tuf.Client;

namespace Banana.Device.State;

/// <summary>The signed metadata that this device trusts, in the state area: an update needs room nowhere else.</summary>
/// <param name="state">The state area.</param>
public sealed class StateTrustedStore(DeviceState state) : ITrustedStore
{
    private const string Folder = "metadata/";

    /// <inheritdoc/>
    public byte[]? Read(string name) => state.Read(Folder + name);

    /// <inheritdoc/>
    public void Write(string name, ReadOnlySpan<byte> content) => state.Write(Folder + name, content.ToArray());

    /// <inheritdoc/>
    public void Delete(string name) => state.Delete(Folder + name);
}
