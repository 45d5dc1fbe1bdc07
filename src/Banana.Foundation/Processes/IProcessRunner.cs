// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Foundation.Processes;

/// <summary>Runs programs: on the host, in the workbench, or in a tree, behind one seam.</summary>
public interface IProcessRunner
{
    /// <summary>Runs a program to its end. When cancelled, the program and all its children are killed first.</summary>
    /// <exception cref="CommandFailedException">The exit code is not 0, and the command does not allow that.</exception>
    Task<CommandResult> RunAsync(Command command, CancellationToken cancellation);
}
