namespace ServiceOrdering.Transcoding;

/// <summary>The preference <c>handling=strict</c> of RFC 7240: a request is refused rather than understood in part.</summary>
public static class StrictHandling
{
    /// <summary>The preference as it is sent, and as it is said to have been applied.</summary>
    public const string Preference = "handling=strict";

    /// <summary>Name of the header, or metadata, that it comes in.</summary>
    public const string Header = "prefer";

    /// <summary>Whether one of the header's values has the preference.</summary>
    public static bool IsPreferred(IEnumerable<string?> values) => values.Any(value =>
        value is not null && value.Split([',', ';'], StringSplitOptions.TrimEntries).Contains(Preference, StringComparer.OrdinalIgnoreCase));
}
