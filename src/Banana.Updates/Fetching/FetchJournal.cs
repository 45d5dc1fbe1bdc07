// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text.Json;
using System.Text.Json.Serialization;

namespace Banana.Updates.Fetching;

/// <summary>
/// How far the fetching of a part is (docs/updates.md). It is a hint and never believed: what lies in the target is verified whatever it
/// says, and one that cannot be read is as good as none. Written only after the target was flushed.
/// </summary>
internal sealed record FetchJournal
{
    public const int CurrentFormat = 1;
    private const int LargestFile = 64 << 10;

    public int Format { get; init; } = CurrentFormat;

    /// <summary>The SHA-256 of the part.</summary>
    public required string Part { get; init; }

    /// <summary>Whether the part was there whole and verified.</summary>
    public bool Complete { get; init; }

    /// <summary>The way at work and what it fetches: <c>patch:SHA256</c>.</summary>
    public string? Way { get; init; }

    /// <summary>How many bytes of the object are done: where the next request begins.</summary>
    public long Fetched { get; init; }

    /// <summary>How many bytes of the part they made.</summary>
    public long Written { get; init; }

    /// <summary>The ways that failed for what they are, in the form of <see cref="Way"/>.</summary>
    public IReadOnlyList<string> Failed { get; init => field = value ?? []; } = []; // generated code sets null when the key is missing

    /// <summary>Reads a journal; null when there is none of this part.</summary>
    public static FetchJournal? Read(INote note, string part)
    {
        try
        {
            if (note.Read(LargestFile) is not { } bytes)
            {
                return null;
            }

            var journal = JsonSerializer.Deserialize(bytes, FetchJournalContext.Default.FetchJournal);
            return journal is { Format: CurrentFormat, Fetched: >= 0, Written: >= 0 } && journal.Part == part ? journal : null;
        }
        catch (Exception error) when (error is JsonException or IOException)
        {
            return null;
        }
    }

    /// <summary>Writes it, whole or not at all.</summary>
    public Task WriteAsync(INote note, CancellationToken cancellation) =>
        note.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(this, FetchJournalContext.Default.FetchJournal), cancellation);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectNullableAnnotations = true, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(FetchJournal))]
internal sealed partial class FetchJournalContext : JsonSerializerContext;
