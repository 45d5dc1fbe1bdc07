// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Bus;

/// <summary>A value that brings its type with it (<c>v</c>).</summary>
/// <param name="Signature">The one type of the value.</param>
/// <param name="Value">The value; <see cref="BusValues"/> says which .NET types stand for which.</param>
public sealed record BusVariant(string Signature, object Value)
{
    /// <summary>The value as a .NET type.</summary>
    /// <exception cref="BusException"><c>InvalidArgs</c>: it is another one.</exception>
    public T Get<T>() => Value is T value ? value : throw new BusException(BusErrors.InvalidArgs, $"a variant holds '{Signature}', which is not a {typeof(T).Name}");

    /// <summary>Text in a variant.</summary>
    public static implicit operator BusVariant(string value) => new("s", value);

    /// <summary>A flag in a variant.</summary>
    public static implicit operator BusVariant(bool value) => new("b", value);

    /// <summary>A number in a variant.</summary>
    public static implicit operator BusVariant(uint value) => new("u", value);

    /// <summary>A number in a variant.</summary>
    public static implicit operator BusVariant(ulong value) => new("t", value);
}

/// <summary>
/// The values of a message, as .NET has them:
/// y byte, b bool, n short, q ushort, i int, u uint, x long, t ulong, d double, s o g string, h SafeFileHandle (yours to close), v <see cref="BusVariant"/>;
/// an array of basic values is an array of these (<c>as</c> is string[]), any other array object[];
/// a dictionary is Dictionary&lt;string, object&gt; where its keys are text, Dictionary&lt;object, object&gt; otherwise; a struct is object[].
/// </summary>
/// <param name="Member">The method or signal that they belong to, for errors.</param>
/// <param name="Signature">Their types.</param>
/// <param name="Items">The values.</param>
public sealed record BusValues(string Member, BusSignature Signature, IReadOnlyList<object> Items)
{
    /// <summary>How many there are.</summary>
    public int Count => Items.Count;

    /// <summary>One value as a .NET type.</summary>
    /// <param name="index">Which, from 0.</param>
    /// <exception cref="BusException"><c>InvalidArgs</c>: there is none, or it is of another type; the text names the member and the signature.</exception>
    public T Get<T>(int index) =>
        index < 0 || index >= Items.Count ? throw new BusException(BusErrors.InvalidArgs, $"{Member} has {Items.Count} values ('{Signature}') and no number {index + 1}")
        : Items[index] is T value ? value
        : throw new BusException(BusErrors.InvalidArgs, $"value {index + 1} of {Member} ('{Signature}') is a '{Signature.Types[index]}' and not a {typeof(T).Name}");

    /// <summary>A dictionary with text as keys (<c>a{s…}</c>).</summary>
    /// <exception cref="BusException"><c>InvalidArgs</c>: it is something else.</exception>
    public IReadOnlyDictionary<string, object> GetDictionary(int index) => Get<Dictionary<string, object>>(index);

    /// <summary>The fields of a struct.</summary>
    /// <exception cref="BusException"><c>InvalidArgs</c>: it is something else.</exception>
    public BusValues GetStruct(int index) => Fields(Get<object[]>(index), Signature.Types[index]);

    /// <summary>The structs of an array (<c>a(…)</c>).</summary>
    /// <exception cref="BusException"><c>InvalidArgs</c>: it is something else.</exception>
    public IReadOnlyList<BusValues> GetStructs(int index)
    {
        var items = Get<object[]>(index);
        var type = Signature.Types[index];
        return type.Code == 'a' ? [.. items.Select(item => Fields(item, type.Inner[0]))] : throw Not(index, "an array of structs");
    }

    /// <summary>Throws where the types are not these.</summary>
    /// <exception cref="BusException"><c>InvalidSignature</c>.</exception>
    public BusValues Expect(string signature) =>
        Signature.Text == signature ? this : throw new BusException(BusErrors.InvalidSignature, $"{Member} has the values '{Signature}' and not '{signature}'");

    private BusValues Fields(object item, BusType type) =>
        type.Code == '(' && item is object[] fields ? new BusValues(Member, BusSignature.Parse(type.Contents), fields) : throw new BusException(BusErrors.InvalidArgs, $"{Member} has a '{type}' where a struct was expected");

    private BusException Not(int index, string what) => new(BusErrors.InvalidArgs, $"value {index + 1} of {Member} ('{Signature}') is not {what}");
}
