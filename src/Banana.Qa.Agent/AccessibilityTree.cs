// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bus;

namespace Banana.Qa.Agent;

/// <summary>
/// What the session shows, as screen readers see it: AT-SPI 2 (https://gnome.pages.gitlab.gnome.org/at-spi2-core/devel-docs/). Every look walks the tree anew, through
/// what is shown only, because what is not is large and never what a person would find.
/// </summary>
internal sealed class AccessibilityTree : IAsyncDisposable
{
    private const string Accessible = "org.a11y.atspi.Accessible";
    private const string Registry = "org.a11y.atspi.Registry";
    private const string Root = "/org/a11y/atspi/accessible/root";
    private const int MostNodes = 20_000;

    // AtspiStateType, a bit each.
    private const uint Showing = 1u << 25;

    // The first call starts the bus of accessibility, which an emulated machine takes its time for.
    private static readonly BusCallOptions Beginning = new() { Timeout = TimeSpan.FromMinutes(4) };
    private static readonly BusCallOptions Patience = new() { Timeout = TimeSpan.FromSeconds(20) };
    private readonly BusConnection session;
    private readonly BusConnection bus;

    private AccessibilityTree(BusConnection session, BusConnection bus)
    {
        this.session = session;
        this.bus = bus;
    }

    /// <summary>Connects to the session, and tells its programs that somebody wants to know what they show.</summary>
    public static async Task<AccessibilityTree> OpenAsync()
    {
        var address = Environment.GetEnvironmentVariable("DBUS_SESSION_BUS_ADDRESS") is { Length: > 0 } given ? given : $"unix:path=/run/user/{Environment.GetEnvironmentVariable("UID")}/bus";
        var own = await BusConnection.OpenAsync(address);
        foreach (var property in new[] { "IsEnabled", "ScreenReaderEnabled" })
        {
            try
            {
                await own.CallAsync("org.a11y.Bus", "/org/a11y/bus", "org.freedesktop.DBus.Properties", "Set", "ssv", ["org.a11y.Status", property, (BusVariant)true], Beginning);
            }
            catch (BusException)
            {
                // A version of the bus that has only one of the two.
            }
        }

        var reply = await own.CallAsync("org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus", "GetAddress", string.Empty, [], Beginning);
        return new AccessibilityTree(own, await BusConnection.OpenAsync(reply.Get<string>(0)));
    }

    /// <summary>Does what is asked.</summary>
    /// <exception cref="BusException">An application did not answer.</exception>
    /// <exception cref="ArgumentException">It is not known what is asked.</exception>
    public async Task<IReadOnlyList<AgentNode>> AnswerAsync(AgentRequest request)
    {
        switch (request.Verb)
        {
            case "find":
                return await FindAsync(request);
            case "press":
                await bus.CallAsync(request.Owner!, request.Path!, "org.a11y.atspi.Action", "DoAction", "i", [0], Patience);
                return [];
            default:
                throw new ArgumentException($"there is no '{request.Verb}'", nameof(request));
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await bus.DisposeAsync();
        await session.DisposeAsync();
    }

    // Breadth first: what is near the root of a window is what a person sees first, and is found before a list of a thousand items is walked through.
    private async Task<IReadOnlyList<AgentNode>> FindAsync(AgentRequest request)
    {
        List<AgentNode> found = [];
        foreach (var (owner, path) in await ChildrenAsync(Registry, Root))
        {
            var application = await NameAsync(owner, path);
            if (request.Application is { } wanted && application?.Contains(wanted, StringComparison.OrdinalIgnoreCase) != true)
            {
                continue;
            }

            Queue<(string Owner, string Path)> next = new(await ChildrenAsync(owner, path));
            for (var seen = 0; next.Count > 0 && seen < MostNodes; seen++)
            {
                var (nodeOwner, nodePath) = next.Dequeue();
                if (await LookAsync(nodeOwner, nodePath, application ?? string.Empty, request, found) && found.Count < request.Limit)
                {
                    foreach (var child in await ChildrenAsync(nodeOwner, nodePath))
                    {
                        next.Enqueue(child);
                    }
                }

                if (found.Count >= request.Limit)
                {
                    return found;
                }
            }
        }

        return found;
    }

    /// <summary>Looks at one node.</summary>
    /// <returns>Whether it is shown.</returns>
    private async Task<bool> LookAsync(string owner, string path, string application, AgentRequest request, List<AgentNode> found)
    {
        // What went away while we look is not shown.
        if (await AskAsync(owner, path, Accessible, "GetState", []) is not { } reply || reply.Get<uint[]>(0) is not [var low, ..])
        {
            return false;
        }

        if ((low & Showing) == 0)
        {
            return false;
        }

        var role = (await AskAsync(owner, path, Accessible, "GetRoleName", []))?.Get<string>(0) ?? string.Empty;
        if (request.Role is not null && request.Role != role)
        {
            return true;
        }

        var name = await NameAsync(owner, path) ?? string.Empty;
        if (request.Name is { } wanted && !(request.IsWhole ? name.Equals(wanted, StringComparison.OrdinalIgnoreCase) : name.Contains(wanted, StringComparison.OrdinalIgnoreCase)))
        {
            return true;
        }

        found.Add(new AgentNode { Owner = owner, Path = path, Application = application, Role = role, Name = name });
        return true;
    }

    private async Task<string?> NameAsync(string owner, string path) =>
        (await AskAsync(owner, path, "org.freedesktop.DBus.Properties", "Get", [Accessible, "Name"], "ss"))?.Get<BusVariant>(0).Value as string;

    private async Task<IReadOnlyList<(string Owner, string Path)>> ChildrenAsync(string owner, string path) =>
        await AskAsync(owner, path, Accessible, "GetChildren", []) is { } reply
            ? [.. reply.GetStructs(0).Select(child => (child.Get<string>(0), child.Items[1].ToString()!)).Where(child => child.Item2 != "/org/a11y/atspi/null")]
            : [];

    private async Task<BusValues?> AskAsync(string owner, string path, string @interface, string member, IReadOnlyList<object> values, string signature = "")
    {
        try
        {
            return await bus.CallAsync(owner, path, @interface, member, signature, values, Patience);
        }
        catch (BusException)
        {
            return null;
        }
    }
}
