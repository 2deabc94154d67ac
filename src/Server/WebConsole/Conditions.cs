namespace ServiceOrdering.Server.WebConsole;

/// <summary>Conditions of the query grammar, made of what somebody has filled in who does not know it.</summary>
internal static class Conditions
{
    /// <summary>All of them: each field that has a value, and what was written in the grammar itself.</summary>
    public static string Of(string written, params IEnumerable<(string Path, string Value)> fields) =>
        string.Join('&', fields.Where(field => field.Value.Length > 0).Select(field => $"{field.Path}={Value(field.Value)}").Append(written).Where(condition => condition.Length > 0));

    /// <summary>A value that stands for itself, whatever it has of what the grammar knows.</summary>
    public static string Value(string value)
    {
        if (value.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':'))
            return value;
        // Quoted, its commas are its own; encoded, so is everything else.
        var quote = value.Contains('"', StringComparison.Ordinal) ? '\'' : '"';
        return quote + Uri.EscapeDataString(value) + quote;
    }
}
