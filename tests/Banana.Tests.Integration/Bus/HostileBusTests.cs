// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Banana.Bus;
using Banana.Foundation.Errors;
using Banana.Tests.Integration.Tools;

namespace Banana.Tests.Integration.Bus;

/// <summary>A bus that lies: it lets us in, and then sends messages with bytes changed by chance. We must neither crash nor hang, and never take a value that does not fit.</summary>
public sealed class HostileBusTests
{
    [Fact]
    public async Task Changed_bytes_end_a_call_or_the_connection_and_nothing_else()
    {
        Random random = new(20261126);
        Dictionary<string, int> outcomes = new(StringComparer.Ordinal);
        for (var round = 0; round < 150; round++)
        {
            var outcome = await OnceAsync(random.Next(), round == 0 ? 0 : 1 + random.Next(4));
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
        }

        var seen = string.Join(", ", outcomes.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key} {pair.Value}"));
        Assert.True(outcomes.GetValueOrDefault("answered") > 0, seen);
        Assert.True(outcomes.GetValueOrDefault("error") > 0, seen);
        Assert.DoesNotContain("hung", outcomes.Keys);
    }

    private static async Task<string> OnceAsync(int seed, int changes)
    {
        using var folder = new TemporaryFolder();
        using Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(folder.Combine("bus")));
        listener.Listen();
        var serving = ServeAsync(listener, seed, changes);
        try
        {
            await using var bus = await BusConnection.OpenAsync($"unix:path={folder.Combine("bus")}");
            await bus.ExportAsync("/a", new BusInterface("org.x.Y").Method("M", "v:a{sv}", _ => Task.CompletedTask), TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
            var values = await bus.CallAsync("org.x.Y", "/a", "org.x.Y", "M", string.Empty, [], new BusCallOptions { Timeout = TimeSpan.FromMilliseconds(300) }, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
            Assert.Equal(values.Signature.Types.Count, values.Count);
            return "answered";
        }
        catch (BananaException)
        {
            return "error";
        }
        catch (TimeoutException)
        {
            return "hung";
        }
        finally
        {
            await serving;
        }
    }

    /// <summary>The server's side of the authentication (D-Bus specification, "Authentication Protocol"), good answers to Hello and AddMatch, and then what was changed: a call, an answer and a signal.</summary>
    private static async Task ServeAsync(Socket listener, int seed, int changes)
    {
        try
        {
            using var socket = await listener.AcceptAsync();
            var buffer = new byte[65536];
            List<byte> came = [];
            var isIn = false;
            for (int count; (count = await socket.ReceiveAsync(buffer)) > 0;)
            {
                came.AddRange(buffer.AsSpan(0, count));
                if (!isIn && Encoding.Latin1.GetString([.. came]).IndexOf("BEGIN\r\n", StringComparison.Ordinal) is var begin and >= 0)
                {
                    isIn = true;
                    came.RemoveRange(0, begin + "BEGIN\r\n".Length);
                    await socket.SendAsync("DATA\r\nOK 0123456789abcdef0123456789abcdef\r\nAGREE_UNIX_FD\r\n"u8.ToArray());
                }

                while (isIn && Next(came) is { } cookie)
                {
                    await AnswerAsync(socket, cookie, new Random(seed), changes);
                }
            }
        }
        catch (SocketException)
        {
            // The client has had enough.
        }
    }

    private static async Task AnswerAsync(Socket socket, uint cookie, Random random, int changes)
    {
        switch (cookie)
        {
            case 1: await socket.SendAsync(Message(2, cookie, Text(":1.1"), "s")); break; // Hello
            case 2: await socket.SendAsync(Message(2, cookie, [], string.Empty)); break; // AddMatch
            case 3:
                await socket.SendAsync(Changed(Message(1, 0, Dictionary(), "a{sv}"), random, changes));
                await socket.SendAsync(Changed(Message(4, 0, Text("x"), "s"), random, changes));
                await socket.SendAsync(Changed(Message(2, cookie, Dictionary(), "a{sv}"), random, changes));
                break;
            default: break;
        }
    }

    /// <summary>Takes a whole message off what came; its cookie, or null while there is none.</summary>
    private static uint? Next(List<byte> came)
    {
        if (came.Count < 16)
        {
            return null;
        }

        var head = came[..16].ToArray();
        var size = 16 + ((BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(12)) + 7) / 8 * 8) + BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(4));
        if (came.Count < size)
        {
            return null;
        }

        came.RemoveRange(0, size);
        return BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(8));
    }

    private static byte[] Changed(byte[] message, Random random, int changes)
    {
        for (var change = 0; change < changes; change++)
        {
            message[random.Next(message.Length)] = (byte)random.Next(256);
        }

        return message;
    }

    private static byte[] Text(string text)
    {
        List<byte> bytes = [];
        Add(bytes, text);
        return [.. bytes];
    }

    /// <summary><c>{"k": &lt;["one", "two"]&gt;, "n": &lt;7&gt;}</c></summary>
    private static byte[] Dictionary()
    {
        List<byte> bytes = [0, 0, 0, 0, 0, 0, 0, 0];
        Add(bytes, "k");
        bytes.AddRange([2, (byte)'a', (byte)'s', 0]);
        Pad(bytes, 4);
        var array = bytes.Count;
        bytes.AddRange([0, 0, 0, 0]);
        Add(bytes, "one");
        Add(bytes, "two");
        Number(bytes, array, bytes.Count - array - 4);
        Pad(bytes, 8);
        Add(bytes, "n");
        bytes.AddRange([1, (byte)'u', 0]);
        Pad(bytes, 4);
        bytes.AddRange([7, 0, 0, 0]);
        Number(bytes, 0, bytes.Count - 8);
        return [.. bytes];
    }

    private static byte[] Message(byte type, uint replyTo, byte[] body, string signature)
    {
        List<byte> bytes = [(byte)'l', type, 0, 1, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0];
        Number(bytes, 4, body.Length);
        Field(bytes, 7, 's', ":1.9");
        if (type == 2)
        {
            Pad(bytes, 8);
            bytes.AddRange([5, 1, (byte)'u', 0, 0, 0, 0, 0]);
            Number(bytes, bytes.Count - 4, (int)replyTo);
        }
        else
        {
            Field(bytes, 1, 'o', "/a");
            Field(bytes, 2, 's', "org.x.Y");
            Field(bytes, 3, 's', "M");
        }

        if (signature.Length > 0)
        {
            Pad(bytes, 8);
            bytes.AddRange([8, 1, (byte)'g', 0, (byte)signature.Length, .. Encoding.ASCII.GetBytes(signature), 0]);
        }

        Number(bytes, 12, bytes.Count - 16);
        Pad(bytes, 8);
        return [.. bytes, .. body];
    }

    private static void Field(List<byte> bytes, byte code, char type, string value)
    {
        Pad(bytes, 8);
        bytes.AddRange([code, 1, (byte)type, 0]);
        Add(bytes, value);
    }

    private static void Add(List<byte> bytes, string text)
    {
        Pad(bytes, 4);
        bytes.AddRange([0, 0, 0, 0]);
        Number(bytes, bytes.Count - 4, text.Length);
        bytes.AddRange([.. Encoding.ASCII.GetBytes(text), 0]);
    }

    private static void Pad(List<byte> bytes, int to) => bytes.AddRange(new byte[(to - (bytes.Count % to)) % to]);

    private static void Number(List<byte> bytes, int at, int value)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(number, value);
        for (var index = 0; index < 4; index++)
        {
            bytes[at + index] = number[index];
        }
    }
}
