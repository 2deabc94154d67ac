using System.Reflection;
using Google.Protobuf.Reflection;

namespace ServiceOrdering.Json;

/// <summary>How the name of an enum value in the proto becomes its name in JSON.</summary>
public static class EnumNames
{
    /// <summary>The value's name in JSON; a value that the enum does not define is its number.</summary>
    public static string Json<T>(T value)
        where T : struct, Enum => Of<T>.Names.GetValueOrDefault(value) ?? $"{value:D}";

    /// <summary>The names in JSON of the values that have one, in the order of the enum.</summary>
    public static IEnumerable<string> All(EnumDescriptor type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return type.Values.Where(value => !IsUnspecified(value)).Select(value => Json(value.Name, type.Name));
    }

    internal static bool IsUnspecified(EnumValueDescriptor value) =>
        value.Number == 0 && value.Name.EndsWith("_UNSPECIFIED", StringComparison.Ordinal);

    /// <summary>SERVICE_ORDER_STATE_IN_PROGRESS of ServiceOrderState: inProgress.</summary>
    internal static string Json(string name, string type)
    {
        var words = WithoutType(name, type).Split('_', StringSplitOptions.RemoveEmptyEntries);
        return string.Concat(words.Select((word, i) =>
            i == 0 ? word.ToLowerInvariant() : word[..1].ToUpperInvariant() + word[1..].ToLowerInvariant()));
    }

    // Compared without underscores: the words of "IPv4State" are anyone's guess.
    private static string WithoutType(string name, string type)
    {
        var matched = 0;
        for (var i = 0; i < name.Length; i++)
        {
            if (name[i] == '_')
            {
                if (matched == type.Length)
                {
                    return name[(i + 1)..];
                }
            }
            else if (matched == type.Length || char.ToUpperInvariant(type[matched++]) != name[i])
            {
                return name;
            }
        }

        return name;
    }

    private static class Of<T>
        where T : struct, Enum
    {
        public static readonly Dictionary<T, string> Names = Enum.GetValues<T>().ToDictionary(
            value => value,
            value => EnumNames.Json(typeof(T).GetField($"{value}")!.GetCustomAttribute<OriginalNameAttribute>()!.Name, typeof(T).Name));
    }
}
