// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text.Json;

namespace Banana.Cli.Testing;

/// <summary>What happened to a test.</summary>
internal enum TestOutcome
{
    /// <summary>It began.</summary>
    Started,

    /// <summary>It ended well.</summary>
    Passed,

    /// <summary>It ended badly, or cleaning up after tests did.</summary>
    Failed,

    /// <summary>It was not run, for a reason.</summary>
    Skipped,

    /// <summary>The number of tests is known.</summary>
    Discovered,

    /// <summary>The program ran all its tests.</summary>
    Complete,
}

/// <summary>
/// One line of a test program's report. xunit.v3 programs print one JSON object a line in automated mode:
/// <code>{"$type":"test-failed","TestUniqueID":"41c2…","ExecutionTime":0.003,"Messages":["Assert.Equal() …"],"StackTraces":["   at …"]}</code>
/// </summary>
internal sealed record TestEvent(TestOutcome Outcome)
{
    /// <summary>Which test it is about; names come with <see cref="TestOutcome.Started"/> only.</summary>
    public string Id { get; init; } = string.Empty;

    /// <summary>The name of the test.</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>How long it took.</summary>
    public TimeSpan Time { get; init; }

    /// <summary>Why it failed or was skipped.</summary>
    public string Message { get; init; } = string.Empty;

    /// <summary>Where it failed.</summary>
    public string StackTrace { get; init; } = string.Empty;

    /// <summary>How many tests there are.</summary>
    public int Count { get; init; }

    /// <summary>Reads a line; null for lines that are not about tests, which programs print too.</summary>
    public static TestEvent? Parse(string line)
    {
        if (!line.StartsWith("{\"$type\":", StringComparison.Ordinal))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(line);
            return Read(document.RootElement);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static TestEvent? Read(JsonElement json)
    {
        var type = Text(json, "$type");
        var about = new TestEvent(TestOutcome.Started)
        {
            Id = Text(json, "TestUniqueID"),
            Name = Text(json, "TestDisplayName"),
            Time = json.TryGetProperty("ExecutionTime", out var seconds) && seconds.ValueKind == JsonValueKind.Number ? TimeSpan.FromSeconds(seconds.GetDouble()) : TimeSpan.Zero,
        };
        return type switch
        {
            "test-starting" => about,
            "test-passed" => about with { Outcome = TestOutcome.Passed },
            "test-skipped" => about with { Outcome = TestOutcome.Skipped, Message = Text(json, "Reason") },
            "discovery-complete" => about with { Outcome = TestOutcome.Discovered, Count = json.GetProperty("TestCasesToRun").GetInt32() },
            "test-assembly-finished" => about with { Outcome = TestOutcome.Complete },
            "test-failed" or "error" or "error-message" => Failure(about, json),
            _ when type.EndsWith("cleanup-failure", StringComparison.Ordinal) => Failure(about with { Name = $"cleaning up ({type})" }, json),
            _ => null,
        };
    }

    private static TestEvent Failure(TestEvent about, JsonElement json) => about with
    {
        Outcome = TestOutcome.Failed,
        Message = Messages(json),
        StackTrace = First(json, "StackTraces"),
    };

    private static string Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : string.Empty;

    /// <summary>The messages of an exception and its causes, with their types where those say something.</summary>
    private static string Messages(JsonElement json)
    {
        var types = Texts(json, "ExceptionTypes");
        return string.Join("\ncaused by ", Texts(json, "Messages").Select((message, index) =>
            index < types.Count && !types[index].StartsWith("Xunit.", StringComparison.Ordinal) ? $"{types[index]}: {message}" : message));
    }

    private static string First(JsonElement json, string name) => Texts(json, name).FirstOrDefault(string.Empty);

    private static List<string> Texts(JsonElement json, string name) =>
        json.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray().Select(item => item.GetString() ?? string.Empty)] : [];
}
