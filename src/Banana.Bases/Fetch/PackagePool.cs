// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Bases;

/// <summary>Keeps packages by their digest.</summary>
public sealed class PackagePool;
