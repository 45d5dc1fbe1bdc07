// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization;
using Banana.Foundation.Errors;
using Banana.Vm.Guests;

namespace Banana.Qa.Guests;

/// <summary>
/// The eyes in the guest: <c>banana-qa-agent</c>, which comes on a disk of its own as a system extension (systemd-sysext(8)) that no release has, runs as the
/// user of a session, and answers over a virtio serial port (docs/qa.md).
/// </summary>
public sealed class GuestAgent : IAsyncDisposable
{
    /// <summary>The name of the extension, and of its disk in the guest.</summary>
    public const string Extension = "banana-qa";

    private const string Port = "org.kde.banana.qa";
    private static readonly TimeSpan CommandTime = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan AnswerTime = TimeSpan.FromMinutes(5);
    private readonly Socket socket;
    private readonly NetworkStream stream;
    private readonly StreamReader reader;
    private readonly GuestShell shell;
    private int last;
    private string? user;

    private GuestAgent(Socket socket, GuestShell shell)
    {
        this.socket = socket;
        this.shell = shell;
        stream = new NetworkStream(socket, ownsSocket: false);
        reader = new StreamReader(stream);
    }

    /// <summary>The arguments of QEMU that give a machine the extension's disk and the port.</summary>
    /// <param name="extension">The image of the extension.</param>
    /// <param name="socketPath">Where the port is reached on the host.</param>
    public static IReadOnlyList<string> Arguments(string extension, string socketPath) =>
    [
        "-drive", $"if=none,id=qa,format=raw,readonly=on,file={extension}", "-device", $"virtio-blk-pci,drive=qa,serial={Extension}",
        "-device", "virtio-serial-pci", "-chardev", $"socket,id=qa-port,path={socketPath},server=on,wait=off", "-device", $"virtserialport,chardev=qa-port,name={Port}",
    ];

    /// <summary>Connects to the port. The agent itself is started by <see cref="EnterAsync"/>.</summary>
    public static async Task<GuestAgent> ConnectAsync(string socketPath, GuestShell shell, CancellationToken cancellation)
    {
        var port = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await port.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellation).ConfigureAwait(false);
            return new GuestAgent(port, shell);
        }
        catch
        {
            port.Dispose();
            throw;
        }
    }

    /// <summary>Goes into a user's session; out of another one first.</summary>
    /// <param name="name">The user; its session bus must be there.</param>
    /// <param name="cancellation">Stops the work.</param>
    public async Task EnterAsync(string name, CancellationToken cancellation)
    {
        if (user == name)
        {
            return;
        }

        var mount = $"/run/extensions/{Extension}";
        var device = $"/dev/virtio-ports/{Port}";
        await shell.RequireAsync(
            $"systemctl stop {Extension} 2>/dev/null; mkdir -p {mount} && (mountpoint -q {mount} || mount -o ro /dev/disk/by-id/virtio-{Extension} {mount}) && systemd-sysext refresh --no-reload && chown {name} $(readlink -f {device}) && "
            + $"systemd-run --quiet --collect --unit={Extension} -p User={name} -p StandardInput=file:{device} -p StandardOutput=file:{device} -p StandardError=journal "
            + $"-E DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/$(id -u {name})/bus /usr/lib/{Extension}/banana-qa-agent",
            CommandTime, cancellation).ConfigureAwait(false);
        user = name;
    }

    /// <summary>Forgets the session: it is over, or the machine was restarted.</summary>
    public void Leave() => user = null;

    /// <summary>Looks for what is shown.</summary>
    public async Task<IReadOnlyList<GuestNode>> FindAsync(NodeQuery query, int limit, CancellationToken cancellation) =>
        (await AskAsync(new PortRequest { Verb = "find", Application = query.Application, Role = query.Role, Name = query.Name, IsWhole = query.IsWhole, Limit = limit }, cancellation).ConfigureAwait(false)).Nodes;

    /// <summary>Presses a button, or does whatever else is the first thing that can be done with a node.</summary>
    public Task PressAsync(GuestNode node, CancellationToken cancellation) => AskAsync(new PortRequest { Verb = "press", Owner = node.Owner, Path = node.Path }, cancellation);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        reader.Dispose();
        await stream.DisposeAsync().ConfigureAwait(false);
        socket.Dispose();
    }

    private async Task<PortAnswer> AskAsync(PortRequest request, CancellationToken cancellation)
    {
        request = request with { Id = ++last };
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(AnswerTime);
        try
        {
            await stream.WriteAsync((byte[])[.. JsonSerializer.SerializeToUtf8Bytes(request, PortContext.Default.PortRequest), (byte)'\n'], patience.Token).ConfigureAwait(false);
            while (await reader.ReadLineAsync(patience.Token).ConfigureAwait(false) is { } line)
            {
                // Answers of an agent that was left in the middle of one, and their halves.
                if (line.StartsWith('{') && JsonSerializer.Deserialize(line, PortContext.Default.PortAnswer) is { } answer && answer.Id == request.Id)
                {
                    return answer.Error is null ? answer : throw new BananaException(ExitCode.Unhealthy, $"the session did not do it: {answer.Error}");
                }
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            user = null;
            throw new BananaException(ExitCode.Unhealthy, $"the guest did not answer within {AnswerTime.TotalMinutes:0} minutes", next: $"'journalctl -u {Extension}' in the guest says why");
        }

        throw new BananaException(ExitCode.Unhealthy, "the machine ended while it was asked what it shows");
    }
}

/// <summary>What the agent is asked.</summary>
internal sealed record PortRequest
{
    /// <summary>The number of the request.</summary>
    public int Id { get; init; }

    /// <summary>"find" or "press".</summary>
    public required string Verb { get; init; }

    /// <summary>See <see cref="NodeQuery"/>.</summary>
    public string? Application { get; init; }

    /// <summary>See <see cref="NodeQuery"/>.</summary>
    public string? Role { get; init; }

    /// <summary>See <see cref="NodeQuery"/>.</summary>
    public string? Name { get; init; }

    /// <summary>See <see cref="NodeQuery"/>.</summary>
    public bool IsWhole { get; init; }

    /// <summary>How many at most.</summary>
    public int Limit { get; init; }

    /// <summary>See <see cref="GuestNode"/>.</summary>
    public string? Owner { get; init; }

    /// <summary>See <see cref="GuestNode"/>.</summary>
    public string? Path { get; init; }
}

/// <summary>What it answers.</summary>
internal sealed record PortAnswer
{
    /// <summary>The number of the request.</summary>
    public int Id { get; init; }

    /// <summary>What was found.</summary>
    public IReadOnlyList<GuestNode> Nodes { get; init => field = value ?? []; } = [];

    /// <summary>What is wrong; null: nothing.</summary>
    public string? Error { get; init; }
}

/// <summary>Reads and writes the protocol.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PortRequest))]
[JsonSerializable(typeof(PortAnswer))]
internal sealed partial class PortContext : JsonSerializerContext;
