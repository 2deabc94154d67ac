namespace ServiceOrdering.Server.EventSubscriptions;

/// <summary>An API that has a hub: where it is, and which resources' events it sends.</summary>
internal sealed record EventApi(string Name, string Path, IReadOnlyList<string> Resources)
{
    private static readonly string[] Inventory = ["service"];

    private static readonly Dictionary<string, EventApi> ByPathName = new()
    {
        ["serviceOrdering"] = new("serviceOrdering", "/tmf-api/serviceOrdering/v4", ["serviceOrder", "cancelServiceOrder"]),
        ["serviceInventory"] = new("serviceInventory", "/tmf-api/serviceInventory/v5", Inventory),
        // TMF638 v5 is in use under two paths; what is registered at one is seen at the other.
        ["serviceInventoryManagement"] = new("serviceInventory", "/tmf-api/serviceInventoryManagement/v5", Inventory),
    };

    /// <summary>The types of the events that the hub sends.</summary>
    public IReadOnlySet<string> EventTypes { get; } =
        Events.EventTypes.All.Values.Where(type => Resources.Contains(type.Resource.JsonName)).Select(type => type.Name).ToHashSet();

    public static IEnumerable<string> Names => ByPathName.Keys;

    /// <summary>The API with this name in its path, or null.</summary>
    public static EventApi? Find(string name) => ByPathName.GetValueOrDefault(name);
}
