// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.CommandLine;
using Banana.Bench.Build;
using Banana.Bench.Chunks;
using Banana.Bench.Delta;
using Banana.Bench.Measuring;
using Banana.Cli;

var root = new RootCommand("Measures Banana beside its named peers; bench/README.md says how.")
{
    BuildBenchCommand.Create(), ChunkBenchCommand.Create(), ChunkBenchCommand.CreateCut(), DeltaBenchCommand.Create(), MeasureCommand.Create(),
};
root.Options.Add(CommandHost.Verbose);
return await CommandHost.InvokeAsync(root, args);
