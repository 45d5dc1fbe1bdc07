// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.CommandLine;
using System.Text;
using System.Text.Json;
using Banana.Cli.Terminal;
using Banana.Tuf.Keys;
using Banana.Tuf.Metadata;
using Banana.Tuf.Repository;

namespace Banana.Cli.Keys;

/// <summary><c>banana keys show PATH</c>: who may sign what in a repository, what a request waits for, or which key a file is.</summary>
internal static class ShowKeys
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var path = new Argument<string>("PATH") { Description = "The metadata folder of a repository, a request for signatures, or a public key (.pub)" };
        var json = new Option<bool>("--json") { Description = "Print a repository's roles as JSON (docs/formats.md)" };
        var command = new Command("show", "Show the roles of a repository, their keys and dates") { path, json };
        command.SetAction((parsed, cancellation) => TufErrors.ExplainAsync(parsed.GetRequiredValue(path), async () =>
        {
            var where = parsed.GetRequiredValue(path);
            if (!Directory.Exists(where))
            {
                var content = await File.ReadAllBytesAsync(where, cancellation);
                if (where.EndsWith(".pub", StringComparison.Ordinal))
                {
                    var key = PublicKey.Parse(content);
                    TerminalOutput.Result($"{key.Id}  {key.Type}, {key.Scheme}");
                    return 0;
                }

                SignRequest.ShowProgress(SigningRequest.Parse(content), where);
                return 0;
            }

            var rows = Rows(await TufRepository.LoadAsync(new FolderRepository(where), TimeProvider.System, cancellation: cancellation));
            TerminalOutput.Result(parsed.GetValue(json) ? Json(rows) : Text(rows));
            return 0;
        }));
        return command;
    }

    private static List<Row> Rows(TufRepository repository)
    {
        var root = repository.Root;
        List<Row> rows = [];
        foreach (var role in RoleNames.TopLevel)
        {
            RoleMetadata? metadata = role switch
            {
                RoleNames.Root => root,
                RoleNames.Snapshot => repository.Snapshot,
                RoleNames.Timestamp => repository.Timestamp,
                _ => repository.Roles[role],
            };
            rows.Add(new(role, metadata, root.Roles[role], root.Keys));
        }

        foreach (var (_, metadata) in repository.Roles)
        {
            rows.AddRange((metadata.Delegations?.Roles ?? []).Select(role => new Row(role.Name, repository.Roles[role.Name], role.Keys, metadata.Delegations!.Keys)));
        }

        return rows;
    }

    private static string Text(List<Row> rows)
    {
        var text = new StringBuilder();
        var now = TimeProvider.System.GetUtcNow();
        foreach (var row in rows)
        {
            text.Append(text.Length > 0 ? "\n" : string.Empty)
                .Append($"{row.Role}: version {row.Metadata?.Version ?? 0}, {(row.Metadata?.Expires <= now ? "EXPIRED" : "until")} {row.Metadata?.Expires:yyyy-MM-dd}, {row.Keys.Threshold} of {row.Keys.KeyIds.Count} keys");
            foreach (var id in row.Keys.KeyIds)
            {
                text.Append($"\n  {id}  {(row.AllKeys.TryGetValue(id, out var key) ? key.Type : "missing")}");
            }
        }

        return text.ToString();
    }

    private static string Json(List<Row> rows)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartArray();
            foreach (var row in rows)
            {
                writer.WriteStartObject();
                writer.WriteString("role", row.Role);
                writer.WriteNumber("version", row.Metadata?.Version ?? 0);
                writer.WriteString("expires", row.Metadata?.Expires.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"));
                writer.WriteNumber("threshold", row.Keys.Threshold);
                writer.WriteStartArray("keys");
                foreach (var id in row.Keys.KeyIds)
                {
                    writer.WriteStringValue(id);
                }

                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private sealed record Row(string Role, RoleMetadata? Metadata, RoleKeys Keys, IReadOnlyDictionary<string, PublicKey> AllKeys);
}
