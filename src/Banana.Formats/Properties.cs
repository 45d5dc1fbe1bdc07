// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Banana.Tests.Integration")]
[assembly: InternalsVisibleTo("Banana.Tests.Unit")]
