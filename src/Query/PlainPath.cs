namespace ServiceOrdering.Query;

/// <summary>
/// The paths of <c>fields</c> and <c>sort</c>, with commas between: names with dots between them, or JSONPath that comes to the
/// same (<c>$.note[*].text</c>, <c>$['externalId']</c>). JSONPath that asks for more is not supported there.
/// </summary>
internal static class PlainPath
{
    /// <summary>Whether a text is JSONPath and no name: nobody calls an attribute so.</summary>
    public static bool IsJsonPath(string text) => text.StartsWith('$') && (text.Length == 1 || text[1] is '.' or '[') || text.Contains('[', StringComparison.Ordinal);

    /// <summary>The parts between commas; those in brackets and quotes are a path's own.</summary>
    public static List<string> Split(string text)
    {
        var parts = new List<string>();
        var (start, depth, quote) = (0, 0, '\0');
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (quote != '\0')
                quote = c == quote ? '\0' : quote;
            else if (depth > 0 && c is '\'' or '"')
                quote = c;
            else if (c is '[')
                depth++;
            else if (c is ']' && depth > 0)
                depth--;
            else if (c == ',' && depth == 0)
            {
                parts.Add(text[start..i]);
                start = i + 1;
            }
        }
        parts.Add(text[start..]);
        return parts;
    }

    /// <summary>The names of JSONPath; none for the resource itself.</summary>
    /// <exception cref="QueryException">The text is not valid, or asks for more than names.</exception>
    public static List<string> Names(string path, string parameter, ResourceSchema? schema)
    {
        var scan = new JsonPathScanner(path, parameter);
        var names = new List<string>();
        if ((scan.TryTake("$") ? scan.TryTakeStep() : scan.TryTakeName()) is { } first && (first != schema?.CollectionName || schema.Find(first) is not null))
            names.Add(first);
        while (scan.TryTakeStep() is { } name)
            names.Add(name);
        if (scan.At("[?"))
            throw scan.Fail(QueryErrorKind.NotSupported, $"'{path}' asks for some elements of an array; '{parameter}' takes only paths such as $.note[*].text.");
        scan.SkipBlanks();
        return scan.AtEnd ? names : throw scan.Unexpected("a path such as $.note[*].text");
    }
}
