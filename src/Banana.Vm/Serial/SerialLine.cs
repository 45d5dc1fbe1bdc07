// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Vm.Serial;

/// <summary>A line of a serial port, without control sequences.</summary>
/// <param name="At">When its first character came, since the machine was started, on the host's clock.</param>
/// <param name="Text">The text.</param>
public readonly record struct SerialLine(TimeSpan At, string Text);
