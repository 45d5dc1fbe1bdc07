// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bus;
using Banana.Device.Health;
using Banana.Foundation.Processes;

namespace Banana.Daemon.Health;

/// <summary>A check that the image declares.</summary>
/// <param name="name">Its name.</param>
/// <param name="declaration">What it looks at.</param>
/// <param name="bus">The system bus.</param>
/// <param name="root">The root of the file system.</param>
internal sealed class DeclaredCheck(string name, HealthDeclaration declaration, BusConnection bus, string root) : IHealthCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly SystemdUnits units = new(bus);

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public Task<string?> LookAsync(CancellationToken cancellation) => declaration.Kind switch
    {
        CheckKind.Active => ActiveAsync(all: true, cancellation),
        CheckKind.AnyActive => ActiveAsync(all: false, cancellation),
        CheckKind.NotFailed => NotFailedAsync(cancellation),
        CheckKind.Answers => AnswersAsync(cancellation),
        CheckKind.GraphicalSession => new GraphicalSession(bus, new RunningProcesses(root)).LookAsync(declaration.Compositor!, cancellation),
        _ => ProgramAsync(cancellation),
    };

    private async Task<string?> ActiveAsync(bool all, CancellationToken cancellation)
    {
        var states = await units.ListAsync([], declaration.Units, cancellation);
        var missing = declaration.Units.Where(pattern => !states.Any(unit => Matches(unit.Key, pattern) && unit.Value == "active")).ToList();
        return missing.Count == 0 || (!all && missing.Count < declaration.Units.Count)
            ? null
            : string.Join(", ", missing.Select(unit => $"{unit} is {states.FirstOrDefault(state => Matches(state.Key, unit)).Value ?? "not there"}"));
    }

    private async Task<string?> NotFailedAsync(CancellationToken cancellation)
    {
        var failed = await units.ListAsync(["failed"], declaration.Units, cancellation);
        return failed.Count == 0 ? null : $"{string.Join(", ", failed.Keys.Order(StringComparer.Ordinal))} failed";
    }

    private async Task<string?> AnswersAsync(CancellationToken cancellation)
    {
        try
        {
            await bus.CallAsync(declaration.Service!, declaration.Path!, "org.freedesktop.DBus.Peer", "Ping", string.Empty, [], new BusCallOptions { Timeout = Patience }, cancellation);
            return null;
        }
        catch (BusException error)
        {
            return $"{declaration.Service} does not answer: {error.What}";
        }
    }

    private async Task<string?> ProgramAsync(CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        string? first = null;
        try
        {
            await new ProcessRunner().RunAsync(Command.Of(declaration.Command[0], [.. declaration.Command.Skip(1)]) with { OnLine = line => first ??= line.Trim() }, patience.Token);
            return null;
        }
        catch (CommandFailedException error)
        {
            return first is { Length: > 0 } ? first : error.What;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return $"{declaration.Command[0]} did not end in {Patience.TotalSeconds:0} s";
        }
    }

    private static bool Matches(string unit, string pattern) => System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern, unit, ignoreCase: false);
}
