// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Definition.Schemas;

namespace Banana.Definition.Loading;

/// <summary>A part of the definition with the mapping that it was read from, which knows where everything is written.</summary>
/// <typeparam name="T">The part.</typeparam>
/// <param name="Value">What was read.</param>
/// <param name="Source">What it was read from.</param>
internal sealed record Written<T>(T Value, Mapping Source);
