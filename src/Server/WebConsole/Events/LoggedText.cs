using System.Text.Json;
using ServiceOrdering.Server.Events;

namespace ServiceOrdering.Server.WebConsole.Events;

/// <summary>What a line of the feed says of an event, out of its text, which may be anything.</summary>
internal static class LoggedText
{
    /// <summary>A member of the envelope that is a text; empty where there is none.</summary>
    public static string Of(LoggedEvent logged, string member) => Text(logged.Root, member);

    /// <summary>The state that the resource has in the event; empty where it says none.</summary>
    public static string State(LoggedEvent logged) =>
        logged.Root.ValueKind == JsonValueKind.Object && logged.Root.TryGetProperty("event", out var payload) && payload.ValueKind == JsonValueKind.Object && payload.TryGetProperty(logged.Resource, out var resource)
            ? Text(resource, "state")
            : "";

    /// <summary>The console's page of the resource; null where there is none.</summary>
    public static string? Page(LoggedEvent logged) => logged.Resource switch
    {
        "serviceOrder" => "/orders/" + Uri.EscapeDataString(logged.ResourceId),
        "service" => "/services/" + Uri.EscapeDataString(logged.ResourceId),
        _ => null,
    };

    /// <summary>The trace of a <c>traceparent</c>; empty where there is none.</summary>
    public static string Trace(LoggedEvent logged) => logged.Trace?.Split('-') is [_, { } trace, ..] ? trace : "";

    private static string Text(JsonElement element, string member) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
