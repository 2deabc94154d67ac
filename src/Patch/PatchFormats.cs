namespace ServiceOrdering.Patch;

/// <summary>The media types of a PATCH body that TMF630 names.</summary>
public static class PatchFormats
{
    /// <summary>RFC 7386: members are merged, null removes one, an array is replaced whole.</summary>
    public const string MergePatch = "application/merge-patch+json";

    /// <summary>The same as <see cref="MergePatch"/>: what TM Forum's clients send when they do not choose.</summary>
    public const string Json = "application/json";

    /// <summary>RFC 6902: a list of operations on JSON Pointers.</summary>
    public const string JsonPatch = "application/json-patch+json";

    /// <summary>TMF630: the operations of RFC 6902, with array elements picked by what they hold.</summary>
    public const string JsonPatchQuery = "application/json-patch-query+json";

    /// <summary>Every format, the simplest first: what an <c>Accept-Patch</c> header lists.</summary>
    public static IReadOnlyList<string> All { get; } = [MergePatch, Json, JsonPatch, JsonPatchQuery];

    /// <summary>Finds the format that a <c>Content-Type</c> names, whatever its case and parameters; null is none of them.</summary>
    public static string? Find(string? contentType)
    {
        var mediaType = contentType.AsSpan();
        var parameters = mediaType.IndexOf(';');
        mediaType = (parameters < 0 ? mediaType : mediaType[..parameters]).Trim();
        foreach (var format in All)
        {
            if (mediaType.Equals(format, StringComparison.OrdinalIgnoreCase))
            {
                return format;
            }
        }

        return null;
    }
}
