// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Bus.Native;
using Microsoft.Win32.SafeHandles;

namespace Banana.Bus.Values;

/// <summary>Reads the values of a message that came. What a message may cost is bounded: sd-bus bounds its bytes, we the number of values that they become.</summary>
internal unsafe struct MessageReader
{
    /// <summary>The most values of one message, in all its arrays together; an array of bytes is one.</summary>
    public const int MostValues = 100_000;

    private readonly nint message;
    private readonly string member;
    private int left = MostValues;

    private MessageReader(nint message, string member)
    {
        this.message = message;
        this.member = member;
    }

    /// <summary>Reads all values.</summary>
    /// <exception cref="BusException"><c>InconsistentMessage</c>: the bytes are not what the signature says. <c>LimitsExceeded</c>: too many values.</exception>
    public static BusValues Read(nint message, string member)
    {
        var text = LibSystemd.Text(LibSystemd.sd_bus_message_get_signature(message, 1)) ?? string.Empty;
        var signature = BusSignature.Parse(text);
        if (signature.Types.Count == 0)
        {
            return new BusValues(member, signature, []);
        }

        MessageReader reader = new(message, member);
        var values = new object[signature.Types.Count];
        for (var index = 0; index < values.Length; index++)
        {
            values[index] = reader.Read(signature.Types[index]);
        }

        return new BusValues(member, signature, values);
    }

    private object Read(BusType type)
    {
        Count();
        switch (type.Code)
        {
            case 'y': return Basic<byte>(type.Code);
            case 'b': return Basic<int>(type.Code) != 0;
            case 'n': return Basic<short>(type.Code);
            case 'q': return Basic<ushort>(type.Code);
            case 'i': return Basic<int>(type.Code);
            case 'u': return Basic<uint>(type.Code);
            case 'x': return Basic<long>(type.Code);
            case 't': return Basic<ulong>(type.Code);
            case 'd': return Basic<double>(type.Code);
            case 's' or 'o' or 'g': return Text(type.Code);
            case 'h': return LibC.Duplicate(Basic<int>(type.Code));
            case 'v': return Variant();
            case '(': return Struct(type);
            default: return type.IsDictionary ? Dictionary(type) : Array(type);
        }
    }

    private readonly T Basic<T>(char code)
        where T : unmanaged
    {
        T value = default;
        Check(LibSystemd.sd_bus_message_read_basic(message, (byte)code, &value));
        return value;
    }

    private readonly string Text(char code) => LibSystemd.Text(Basic<nint>(code))!;

    private BusVariant Variant()
    {
        Check(LibSystemd.sd_bus_message_peek_type(message, out _, out var contents));
        var signature = LibSystemd.Text(contents) ?? string.Empty;
        var type = BusSignature.ParseOne(signature);
        Check(LibSystemd.sd_bus_message_enter_container(message, (byte)'v', signature));
        var value = Read(type);
        Leave();
        return new BusVariant(signature, value);
    }

    private object[] Struct(BusType type)
    {
        Check(LibSystemd.sd_bus_message_enter_container(message, (byte)'r', type.Contents));
        var fields = new object[type.Inner.Count];
        for (var index = 0; index < fields.Length; index++)
        {
            fields[index] = Read(type.Inner[index]);
        }

        Leave();
        return fields;
    }

    private object Array(BusType type)
    {
        var element = type.Inner[0];
        if (element.Code == 'y')
        {
            var result = LibSystemd.sd_bus_message_read_array(message, (byte)'y', out var bytes, out var size);
            return result < 0 ? throw Broken(result) : new ReadOnlySpan<byte>((void*)bytes, checked((int)size)).ToArray();
        }

        Enter(element);
        object items = element.Code switch
        {
            'b' => Items(element, item => (bool)item),
            'n' => Items(element, item => (short)item),
            'q' => Items(element, item => (ushort)item),
            'i' => Items(element, item => (int)item),
            'u' => Items(element, item => (uint)item),
            'x' => Items(element, item => (long)item),
            't' => Items(element, item => (ulong)item),
            'd' => Items(element, item => (double)item),
            's' or 'o' or 'g' => Items(element, item => (string)item),
            'h' => Items(element, item => (SafeFileHandle)item),
            'v' => Items(element, item => (BusVariant)item),
            _ => Items(element, item => item),
        };
        Leave();
        return items;
    }

    private T[] Items<T>(BusType element, Func<object, T> convert)
    {
        List<T> items = [];
        while (More())
        {
            items.Add(convert(Read(element)));
        }

        return [.. items];
    }

    private object Dictionary(BusType type)
    {
        var entry = type.Inner[0];
        Enter(entry);
        object result;
        if (entry.Inner[0].Code is 's' or 'o' or 'g')
        {
            Dictionary<string, object> byText = new(StringComparer.Ordinal);
            while (More())
            {
                var (key, value) = Entry(entry);
                Unique(byText.TryAdd((string)key, value), key);
            }

            result = byText;
        }
        else
        {
            Dictionary<object, object> byValue = [];
            while (More())
            {
                var (key, value) = Entry(entry);
                Unique(byValue.TryAdd(key, value), key);
            }

            result = byValue;
        }

        Leave();
        return result;
    }

    private (object Key, object Value) Entry(BusType entry)
    {
        Check(LibSystemd.sd_bus_message_enter_container(message, (byte)'e', entry.Contents));
        var key = Read(entry.Inner[0]);
        var value = Read(entry.Inner[1]);
        Leave();
        return (key, value);
    }

    private readonly void Unique(bool added, object key)
    {
        if (!added)
        {
            throw new BusException(BusErrors.InconsistentMessage, $"a dictionary of {member} has the key {key} twice");
        }
    }

    private readonly void Enter(BusType element) => Check(LibSystemd.sd_bus_message_enter_container(message, (byte)'a', element.Text));

    private readonly void Leave()
    {
        var result = LibSystemd.sd_bus_message_exit_container(message);
        if (result < 0)
        {
            throw Broken(result);
        }
    }

    private readonly bool More()
    {
        var result = LibSystemd.sd_bus_message_at_end(message, 0);
        return result < 0 ? throw Broken(result) : result == 0;
    }

    private void Count()
    {
        if (--left < 0)
        {
            throw new BusException(BusErrors.LimitsExceeded, $"{member} has more than {MostValues} values");
        }
    }

    private readonly void Check(int result)
    {
        if (result <= 0)
        {
            throw Broken(result);
        }
    }

    private readonly BusException Broken(int result) =>
        new(BusErrors.InconsistentMessage, $"the values of {member} cannot be read: {(result == 0 ? "they end too early" : LibSystemd.Explain(result))}");
}
