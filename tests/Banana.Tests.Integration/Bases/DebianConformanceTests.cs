// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

namespace Banana.Tests.Integration.Bases;

public sealed class DebianConformanceTests(DebianWorld world) : BaseConformance<DebianWorld>(world);

public sealed class ArchConformanceTests(ArchWorld world) : BaseConformance<ArchWorld>(world);

public sealed class TreeConformanceTests(TreeWorld world) : BaseConformance<TreeWorld>(world);
