using System.Text.Json;

namespace ServiceOrdering.Server.Events;

/// <summary>
/// The parties that an event names, as the log keeps them beside its body: so nobody has to look into that, which may have a gap, be
/// of a deletion, or be unreadable. Null for what is not meant for the outside.
/// </summary>
internal static class EventParties
{
    private const string None = "[]";

    public static string? Text(IReadOnlyCollection<string>? parties) => parties is null ? null : parties.Count == 0 ? None : JsonSerializer.Serialize(parties);

    /// <summary>Reads what <see cref="Text"/> was kept; what cannot be read names nobody.</summary>
    public static IReadOnlyCollection<string>? Parse(string? text)
    {
        if (text is null or None)
            return text is null ? null : [];
        try
        {
            return JsonSerializer.Deserialize<string[]>(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
