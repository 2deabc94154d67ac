using System.ComponentModel;
using System.Globalization;

namespace ServiceOrdering.Server.Admin.Configuration;

/// <summary>How values are written in the configuration.</summary>
internal static class SettingValue
{
    /// <summary>What a type is called.</summary>
    public static string NameOf(Type type) => Of(type) switch
    {
        { IsEnum: true } => "name",
        var one when one == typeof(bool) => "true or false",
        var one when one == typeof(TimeSpan) => "duration",
        var one when one == typeof(int) || one == typeof(long) => "whole number",
        var one when one == typeof(double) => "number",
        _ => "text",
    };

    /// <summary>A value as it is written.</summary>
    public static string Text(object value) => value switch
    {
        TimeSpan time => time.ToString("c", CultureInfo.InvariantCulture),
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    /// <summary>What is wrong with a text that stands for a value of a type, as the end of a sentence; null for nothing.</summary>
    public static string? Problem(string text, Type type)
    {
        var one = Of(type);
        if (one == typeof(string) || (text.Length == 0 && one != type))
            return null;
        try
        {
            TypeDescriptor.GetConverter(one).ConvertFromInvariantString(text);
            return null;
        }
        catch (Exception e) when (e is FormatException or ArgumentException or OverflowException or NotSupportedException)
        {
            return one.IsEnum ? $"which is not known. Allowed: {string.Join(", ", Enum.GetNames(one))}."
                : one == typeof(bool) ? "which is neither true nor false."
                : one == typeof(TimeSpan) ? "which is no duration such as 00:00:10 or 1.00:00:00 (a day)."
                : one == typeof(double) ? "which is no number such as 0.1."
                : "which is no whole number.";
        }
    }

    private static Type Of(Type type) => Nullable.GetUnderlyingType(type) ?? type;
}
