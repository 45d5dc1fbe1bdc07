// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

namespace Banana.Cli.Setup;

/// <summary>What a command needs the machine to have.</summary>
[Flags]
internal enum Need
{
    /// <summary>Nothing beside .NET.</summary>
    None = 0,

    /// <summary>To read images and releases.</summary>
    Inspect = 1,

    /// <summary>To resolve packages and to build.</summary>
    Build = 2,

    /// <summary>To boot virtual machines.</summary>
    Vm = 4,

    /// <summary>To test what talks on a message bus, on one of its own.</summary>
    Bus = 8,

    /// <summary>To run all tests.</summary>
    Test = Inspect | Build | Vm | Bus,
}
