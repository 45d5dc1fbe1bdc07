// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Bus;

/// <summary>Asks polkit whether a caller may do something (<c>org.freedesktop.PolicyKit1.Authority</c>).</summary>
public static class Polkit
{
    private const string Name = "org.freedesktop.PolicyKit1";
    private const string AuthorityPath = "/org/freedesktop/PolicyKit1/Authority";
    private const string Authority = "org.freedesktop.PolicyKit1.Authority";
    private const uint AllowUserInteraction = 1; // CheckAuthorizationFlags

    private static long lastCheck;

    /// <summary>Returns when the caller may; root always may, and without polkit only root.</summary>
    /// <param name="call">The call.</param>
    /// <param name="action">The action, such as <c>org.kde.banana1.update</c>.</param>
    /// <param name="details">What the dialog may show: the texts of the action's message.</param>
    /// <param name="mayInteract">Whether the user may be asked for a password; as the caller wishes when null.</param>
    /// <exception cref="BusException"><c>AccessDenied</c>, or <c>InteractiveAuthorizationRequired</c> when a password would have helped.</exception>
    public static async Task CheckAsync(BusCall call, string action, IReadOnlyDictionary<string, string>? details = null, bool? mayInteract = null)
    {
        var peer = await call.GetPeerAsync();
        if (peer.UserId == 0)
        {
            return;
        }

        var interact = mayInteract ?? call.MayInteract;
        var (isAuthorized, isChallenge) = await AskAsync(call, action, details, interact);
        if (isAuthorized)
        {
            return;
        }

        throw isChallenge
            ? new BusException(BusErrors.InteractiveAuthorizationRequired, $"{action} needs a password", next: interact ? "log in where the system can ask for it, or run it as root" : "allow the system to ask for it, or run it as root")
            : new BusException(BusErrors.AccessDenied, $"user {peer.UserId} may not do this ({action})", next: "run it as root");
    }

    private static async Task<(bool IsAuthorized, bool IsChallenge)> AskAsync(BusCall call, string action, IReadOnlyDictionary<string, string>? details, bool interact)
    {
        var bus = call.Connection;
        var check = $"banana-{Environment.ProcessId}-{Interlocked.Increment(ref lastCheck)}";
        (string, Dictionary<string, BusVariant>) subject = ("system-bus-name", new(StringComparer.Ordinal) { ["name"] = call.Sender });
        // A person at a dialog has all the time of the world.
        BusCallOptions how = new() { Returns = "(bba{ss})", Timeout = interact ? Timeout.InfiniteTimeSpan : BusCallOptions.Default.Timeout };
        try
        {
            var reply = await bus.CallAsync(Name, AuthorityPath, Authority, "CheckAuthorization", "(sa{sv})sa{ss}us", [subject, action, new Dictionary<string, string>(details ?? new Dictionary<string, string>(StringComparer.Ordinal), StringComparer.Ordinal), interact ? AllowUserInteraction : 0, check], how, call.Cancellation);
            var result = reply.GetStruct(0);
            return (result.Get<bool>(0), result.Get<bool>(1));
        }
        catch (OperationCanceledException)
        {
            // The caller left: its dialog must not stay on the screen.
            await bus.CallAsync(Name, AuthorityPath, Authority, "CancelCheckAuthorization", "s", [check]);
            throw;
        }
        catch (BusException error) when (error.Name is BusErrors.ServiceUnknown or BusErrors.NameHasNoOwner || error.Name.StartsWith("org.freedesktop.DBus.Error.Spawn.", StringComparison.Ordinal) || error.Name == "org.freedesktop.systemd1.NoSuchUnit")
        {
            return (false, false); // No polkit on this machine.
        }
    }
}
