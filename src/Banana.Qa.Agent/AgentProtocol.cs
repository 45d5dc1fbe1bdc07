// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text.Json.Serialization;

namespace Banana.Qa.Agent;

/// <summary>What the host asks.</summary>
internal sealed record AgentRequest
{
    /// <summary>The number of the request; the answer has it too.</summary>
    public required int Id { get; init; }

    /// <summary>"find" or "press".</summary>
    public required string Verb { get; init; }

    /// <summary>For "find": only in applications whose name contains this; null: in all.</summary>
    public string? Application { get; init; }

    /// <summary>For "find": only nodes of this role ("push button"); null: of any.</summary>
    public string? Role { get; init; }

    /// <summary>For "find": only nodes whose name or text contains this, whatever its case; null: any.</summary>
    public string? Name { get; init; }

    /// <summary>For "find": whether the name has to be that, and not only to contain it.</summary>
    public bool IsWhole { get; init; }

    /// <summary>For "find": how many at most.</summary>
    public int Limit { get; init; } = 1;

    /// <summary>For "press": the node's owner on the bus.</summary>
    public string? Owner { get; init; }

    /// <summary>The node's object.</summary>
    public string? Path { get; init; }
}

/// <summary>What it is told.</summary>
internal sealed record AgentAnswer
{
    /// <summary>The number of the request; 0 where that could not be read.</summary>
    public required int Id { get; init; }

    /// <summary>The nodes that were found.</summary>
    public IReadOnlyList<AgentNode> Nodes { get; init; } = [];

    /// <summary>What is wrong; null: nothing.</summary>
    public string? Error { get; init; }
}

/// <summary>Something that is shown.</summary>
internal sealed record AgentNode
{
    /// <summary>Its owner on the bus of accessibility.</summary>
    public required string Owner { get; init; }

    /// <summary>Its object.</summary>
    public required string Path { get; init; }

    /// <summary>The application.</summary>
    public required string Application { get; init; }

    /// <summary>Its role ("push button").</summary>
    public required string Role { get; init; }

    /// <summary>Its name, as a screen reader says it.</summary>
    public required string Name { get; init; }
}

/// <summary>Reads and writes the protocol.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(AgentRequest))]
[JsonSerializable(typeof(AgentAnswer))]
internal sealed partial class AgentContext : JsonSerializerContext;
