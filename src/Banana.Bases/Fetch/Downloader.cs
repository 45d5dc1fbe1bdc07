// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Bases;

/// <summary>Fetches files.</summary>
public sealed class Downloader;
