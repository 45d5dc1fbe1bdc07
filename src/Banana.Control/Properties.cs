// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Banana.Tests.Integration")]
[assembly: InternalsVisibleTo("Banana.Tests.Unit")]
