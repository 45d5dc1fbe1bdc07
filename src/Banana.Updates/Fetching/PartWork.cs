// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Progress;
using Banana.Updates.Planning;

namespace Banana.Updates.Fetching;

/// <summary>A part that is being fetched: what all ways share.</summary>
/// <param name="Store">The repository.</param>
/// <param name="Options">How.</param>
/// <param name="Plan">The update.</param>
/// <param name="Part">The part.</param>
/// <param name="Target">Where it goes.</param>
/// <param name="Note">Where it is noted down.</param>
internal sealed record PartWork(MeteredStore Store, FetchOptions Options, UpdatePlan Plan, PartPlan Part, TargetStream Target, INote Note)
{
    /// <summary>How far it is.</summary>
    public required FetchJournal Journal { get; set; }

    /// <summary>Who is told.</summary>
    public required IProgressStep Step { get; set; }

    /// <summary>Flushes the target and notes down how far it is, when enough was done since the last time.</summary>
    public async ValueTask CheckpointAsync(long fetched, long written, CancellationToken cancellation)
    {
        Step.Report(written, Part.Part.Size, "B");
        if (fetched - Journal.Fetched >= Options.CheckpointFetched || written - Journal.Written >= Options.CheckpointWritten)
        {
            Target.Sync();
            await NoteAsync(Journal with { Fetched = fetched, Written = written }, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Writes the journal.</summary>
    public async Task NoteAsync(FetchJournal journal, CancellationToken cancellation)
    {
        try
        {
            await journal.WriteAsync(Note, cancellation).ConfigureAwait(false);
        }
        catch (IOException error)
        {
            throw TargetException.Of(error, Note.Name);
        }

        Journal = journal;
    }
}
