using System.Collections.Frozen;
using Google.Protobuf.WellKnownTypes;
using Tmf.Common.V5;

namespace ServiceOrdering.Server.ServiceInventory;

/// <summary>The sub-classes of Characteristic, which differ in the values that they can have. Pure.</summary>
internal static class CharacteristicClasses
{
    private static readonly (string Name, Predicate<Value> Fits)[] Types =
    [
        ("String", value => value.KindCase == Value.KindOneofCase.StringValue),
        ("Boolean", value => value.KindCase == Value.KindOneofCase.BoolValue),
        ("Integer", value => value.KindCase == Value.KindOneofCase.NumberValue && double.IsInteger(value.NumberValue)),
        ("Number", value => value.KindCase == Value.KindOneofCase.NumberValue),
        ("Object", value => value.KindCase == Value.KindOneofCase.StructValue),
    ];

    private static readonly FrozenDictionary<string, Predicate<Value>> Classes = Types
        .SelectMany(type => new KeyValuePair<string, Predicate<Value>>[]
        {
            new($"{type.Name}Characteristic", type.Fits),
            new($"{type.Name}ArrayCharacteristic", value => IsList(value) && value.ListValue.Values.All(element => type.Fits(element))),
        })
        .ToFrozenDictionary();

    /// <summary>
    /// The class of a characteristic that came without one: what its value type names, else what its value is. A value that
    /// is null, empty or mixed tells nothing; then it is a plain Characteristic, and so is what has no value.
    /// </summary>
    public static string Of(Characteristic characteristic)
    {
        if (characteristic.Value is null)
            return nameof(Characteristic);
        var isList = IsList(characteristic.Value);
        var type = Types.FirstOrDefault(type => type.Name.Equals(characteristic.ValueType, StringComparison.OrdinalIgnoreCase)).Name
            ?? Types.FirstOrDefault(type => Takes(type.Fits)).Name;
        return $"{type}{(isList && type is not null ? "Array" : "")}Characteristic";

        bool Takes(Predicate<Value> fits) => isList
            ? characteristic.Value.ListValue.Values is { Count: > 0 } elements && elements.All(element => fits(element))
            : characteristic.Value is { } value && fits(value);
    }

    /// <summary>Whether the value is one that the class can have; null is one of each, and a class that the server does not know has any.</summary>
    public static bool Fits(Characteristic characteristic) =>
        characteristic.Value is null or { KindCase: Value.KindOneofCase.NullValue }
        || (!Classes.TryGetValue(characteristic.Type, out var fits) && !Classes.TryGetValue(characteristic.BaseType, out fits))
        || fits(characteristic.Value);

    private static bool IsList(Value? value) => value?.KindCase == Value.KindOneofCase.ListValue;
}
