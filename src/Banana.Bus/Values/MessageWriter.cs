// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Collections;
using System.Runtime.CompilerServices;
using Banana.Bus.Native;
using Microsoft.Win32.SafeHandles;

namespace Banana.Bus.Values;

/// <summary>Writes values into a message. Takes what <see cref="BusValues"/> lists; beside that any sequence for an array, any dictionary, and tuples for structs.</summary>
internal unsafe readonly struct MessageWriter
{
    private readonly nint message;
    private readonly string member;
    private readonly BusSignature signature;

    private MessageWriter(nint message, string member, BusSignature signature)
    {
        this.message = message;
        this.member = member;
        this.signature = signature;
    }

    /// <summary>Appends all values.</summary>
    /// <exception cref="BusException"><c>InvalidArgs</c>: a value is not what the signature says; the text names the member, the signature and the value.</exception>
    public static void Write(nint message, string member, BusSignature signature, IReadOnlyList<object> values)
    {
        if (values.Count != signature.Types.Count)
        {
            throw new BusException(BusErrors.InvalidArgs, $"{member} takes {signature.Types.Count} values ('{signature}') and not {values.Count}");
        }

        MessageWriter writer = new(message, member, signature);
        for (var index = 0; index < values.Count; index++)
        {
            writer.Write(signature.Types[index], values[index]);
        }
    }

    private void Write(BusType type, object value)
    {
        switch (type.Code, value)
        {
            case ('y', byte basic): Basic(type.Code, basic); break;
            case ('b', bool flag): Basic(type.Code, flag ? 1 : 0); break;
            case ('n', short basic): Basic(type.Code, basic); break;
            case ('q', ushort basic): Basic(type.Code, basic); break;
            case ('i', int basic): Basic(type.Code, basic); break;
            case ('u', uint basic): Basic(type.Code, basic); break;
            case ('x', long basic): Basic(type.Code, basic); break;
            case ('t', ulong basic): Basic(type.Code, basic); break;
            case ('d', double basic): Basic(type.Code, basic); break;
            case ('s' or 'o' or 'g', string text): Text(type, text); break;
            case ('h', SafeFileHandle handle): Handle(handle); break;
            case ('v', BusVariant variant): Variant(variant); break;
            case ('(', ITuple tuple): Struct(type, Enumerable.Range(0, tuple.Length).Select(index => tuple[index])); break;
            case ('(', IReadOnlyList<object> fields): Struct(type, fields); break;
            case ('a', IDictionary dictionary) when type.IsDictionary: Dictionary(type, dictionary); break;
            case ('a', byte[] bytes) when type.Inner[0].Code == 'y': Bytes(bytes); break;
            case ('a', IEnumerable items) when !type.IsDictionary && value is not string: Array(type, items); break;
            default: throw Wrong(type, value);
        }
    }

    private void Basic<T>(char code, T value)
        where T : unmanaged => Check(LibSystemd.sd_bus_message_append_basic(message, (byte)code, &value));

    private void Text(BusType type, string text)
    {
        // C takes what stands before a zero and drops the rest in silence.
        if (text.Contains('\0') || (type.Code == 'o' && !BusNames.IsPath(text)))
        {
            throw Wrong(type, text);
        }

        if (type.Code == 'g')
        {
            BusSignature.Parse(text);
        }

        Check(LibSystemd.AppendText(message, (byte)type.Code, text));
    }

    private void Handle(SafeFileHandle handle)
    {
        var added = false;
        try
        {
            handle.DangerousAddRef(ref added);
            Basic('h', (int)handle.DangerousGetHandle()); // sd-bus keeps a duplicate
        }
        finally
        {
            if (added)
            {
                handle.DangerousRelease();
            }
        }
    }

    private void Variant(BusVariant variant)
    {
        var type = BusSignature.ParseOne(variant.Signature);
        Open('v', variant.Signature);
        Write(type, variant.Value);
        Close();
    }

    private void Struct(BusType type, IEnumerable<object?> fields)
    {
        Open('r', type.Contents);
        var index = 0;
        foreach (var field in fields)
        {
            if (index == type.Inner.Count)
            {
                throw Count(type);
            }

            Write(type.Inner[index++], field!);
        }

        if (index < type.Inner.Count)
        {
            throw Count(type);
        }

        Close();
    }

    private void Dictionary(BusType type, IDictionary dictionary)
    {
        var entry = type.Inner[0];
        Open('a', entry.Text);
        foreach (DictionaryEntry item in dictionary)
        {
            Open('e', entry.Contents);
            Write(entry.Inner[0], item.Key);
            Write(entry.Inner[1], item.Value!);
            Close();
        }

        Close();
    }

    private void Array(BusType type, IEnumerable items)
    {
        Open('a', type.Contents);
        foreach (var item in items)
        {
            Write(type.Inner[0], item);
        }

        Close();
    }

    private void Bytes(byte[] bytes)
    {
        fixed (byte* start = bytes)
        {
            Check(LibSystemd.sd_bus_message_append_array(message, (byte)'y', start, (nuint)bytes.Length));
        }
    }

    private void Open(char container, string contents) => Check(LibSystemd.sd_bus_message_open_container(message, (byte)container, contents));

    private void Close() => Check(LibSystemd.sd_bus_message_close_container(message));

    private void Check(int result)
    {
        if (result < 0)
        {
            throw new BusException(BusErrors.InvalidArgs, $"the values '{signature}' of {member} cannot be written: {LibSystemd.Explain(result)}");
        }
    }

    private BusException Wrong(BusType type, object? value) =>
        new(BusErrors.InvalidArgs, $"{member} ('{signature}') cannot take {(value is string text ? $"the text '{text.Replace("\0", "\\0", StringComparison.Ordinal)}'" : value is null ? "null" : $"a {value.GetType().Name}")} as '{type}'");

    private BusException Count(BusType type) => new(BusErrors.InvalidArgs, $"{member} ('{signature}') takes {type.Inner.Count} fields as '{type}'");
}
