// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text.Json;
using Banana.Bus;
using Banana.Foundation.Errors;
using Banana.Qa.Agent;

// One request a line on the standard input, one answer a line on the standard output (docs/qa.md). It ends when the input does.
await using var tree = await AccessibilityTree.OpenAsync();
using var input = new StreamReader(Console.OpenStandardInput());
await using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
while (await input.ReadLineAsync() is { } line)
{
    if (line.Length == 0)
    {
        continue;
    }

    var answer = await AnswerAsync(tree, line);
    await output.WriteLineAsync(JsonSerializer.Serialize(answer, AgentContext.Default.AgentAnswer));
}

return 0;

static async Task<AgentAnswer> AnswerAsync(AccessibilityTree tree, string line)
{
    AgentRequest? request = null;
    try
    {
        request = JsonSerializer.Deserialize(line, AgentContext.Default.AgentRequest) ?? throw new JsonException("nothing was asked");
        return new AgentAnswer { Id = request.Id, Nodes = await tree.AnswerAsync(request) };
    }
    catch (Exception error) when (error is JsonException or BusException or BananaException or ArgumentException)
    {
        return new AgentAnswer { Id = request?.Id ?? 0, Error = error.Message };
    }
}
