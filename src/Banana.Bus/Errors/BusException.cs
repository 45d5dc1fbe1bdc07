// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Errors;

namespace Banana.Bus;

/// <summary>An error on the bus. It is an expected error like any other: it prints as one line and has an exit code.</summary>
/// <remarks>
/// An expected error of a service goes to its caller as <c>org.kde.banana1.Error.</c> and the name of its exit code, with four texts:
/// the whole line (which other programs show), what, where and next (empty for none). So the caller prints the same line and ends with the same code.
/// </remarks>
public sealed class BusException : BananaException
{
    /// <param name="name">The name of the error, see <see cref="BusErrors"/>.</param>
    /// <param name="message">What went wrong, as a sentence without a final full stop.</param>
    /// <param name="where">The method that it is about.</param>
    /// <param name="next">What the user can do next.</param>
    /// <param name="inner">The cause.</param>
    public BusException(string name, string message, string? where = null, string? next = null, Exception? inner = null)
        : base(BusErrors.CodeOf(name), message, where, next, inner)
    {
        Name = name;
    }

    /// <summary>The name of the error on the bus.</summary>
    public string Name { get; }

    /// <summary>The error that a caller is told for what a service threw.</summary>
    internal static BusException Of(Exception error) => error switch
    {
        BusException bus => bus,
        BananaException expected => new BusException(BusErrors.NameOf(expected.Code), expected.What, expected.Where, expected.Next, expected),
        OperationCanceledException => new BusException(BusErrors.NameOf(ExitCode.Cancelled), "it was cancelled", inner: error),
        _ => new BusException(BusErrors.NameOf(ExitCode.Defect), $"{error.GetType().Name}: {error.Message}", inner: error),
    };

    /// <summary>The error that a reply carries.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="values">Its values: a text in most cases, four in ours.</param>
    /// <param name="member">What was called.</param>
    internal static BusException Received(string name, BusValues values, string member)
    {
        var ours = name.StartsWith(BusErrors.Ours, StringComparison.Ordinal);
        if (ours && values.Signature.Text == "ssss")
        {
            return new BusException(name, values.Get<string>(1), Some(values.Get<string>(2)), Some(values.Get<string>(3)));
        }

        var message = values.Count > 0 && values.Items[0] is string { Length: > 0 } text ? text.TrimEnd('.') : name;
        return new BusException(name, message, ours ? null : member);
    }

    /// <summary>The values of the error in a reply.</summary>
    /// <param name="plain">Whether it is only the line, as the interfaces of others have it.</param>
    internal BusBody ToBody(bool plain) =>
        plain || !Name.StartsWith(BusErrors.Ours, StringComparison.Ordinal)
            ? new BusBody("s", [Clean(Message)])
            : new BusBody("ssss", [Clean(Message), Clean(What), Clean(Where), Clean(Next)]);

    private static string? Some(string text) => text.Length == 0 ? null : text;

    // The bus carries no zeros; an error must arrive whatever it quotes.
    private static string Clean(string? text) => (text ?? string.Empty).Replace('\0', '\uFFFD');
}

/// <summary>Values with their signature.</summary>
internal sealed record BusBody(string Signature, IReadOnlyList<object> Values)
{
    public static BusBody Nothing { get; } = new(string.Empty, []);
}
