using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using ServiceOrdering.Server.Tests.Hub;

namespace ServiceOrdering.Server.Tests.Onap;

/// <summary>Listeners of ONAP's NBI: how tests register them, and what they are told.</summary>
internal static class NbiListeners
{
    public const string HubPath = "/nbi/api/v4/hub";
    public const string HubPathV3 = "/nbi/api/v3/hub";

    public const string AboutOrders = "eventType=ServiceOrderCreationNotification,ServiceOrderStateChangeNotification,ServiceOrderItemStateChangeNotification";
    public const string AboutServices = "eventType=ServiceCreationNotification,ServiceAttributeValueChangeNotification,ServiceRemoveNotification";

    public static Task<RestAnswer> RegisterNbiAsync(this RunningServer server, string callback, string query, string path = HubPath, params (string Name, string Value)[] headers) =>
        server.SendAsync(HttpMethod.Post, path, JsonSerializer.Serialize(new { callback, query }), headers);

    /// <summary>Registers a listener and gives its id.</summary>
    public static async Task<string> SubscribeNbiAsync(this RunningServer server, Listener listener, string query) =>
        (string)(await server.RegisterNbiAsync(listener.Callback, query)).Is(HttpStatusCode.Created).Json["id"]!;

    /// <summary>A notification in a few words: "creation acknowledged", "item 1 inProgress", "state completed", "serviceCreation active".</summary>
    public static string Told(this Delivery delivery)
    {
        var type = (string)delivery.Json["eventType"]!;
        var told = delivery.Json["event"]!;
        return type switch
        {
            "ServiceOrderCreationNotification" => $"creation {told["state"]}",
            "ServiceOrderStateChangeNotification" => $"state {told["state"]}",
            "ServiceOrderItemStateChangeNotification" => $"item {Item(told)["id"]} {Item(told)["state"]}",
            _ => $"{type.Replace("Notification", "")} {told["state"]}",
        };
    }

    public static List<string> Told(this IEnumerable<Delivery> deliveries) => [.. deliveries.Select(Told)];

    private static JsonNode Item(JsonNode told) => Assert.Single(told["orderItem"]!.AsArray())!;
}
