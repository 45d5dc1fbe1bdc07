// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

[assembly: CollectionBehavior(DisableTestParallelization = true)]
