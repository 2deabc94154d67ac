using Tmf.ServiceInventory.V5;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Onap;

/// <summary>The types of NBI's notifications, and the events of the log that each may be made of.</summary>
internal static class NbiEventTypes
{
    public const string OrderCreation = "ServiceOrderCreationNotification";
    public const string OrderStateChange = "ServiceOrderStateChangeNotification";
    public const string ItemStateChange = "ServiceOrderItemStateChangeNotification";
    public const string ServiceCreation = "ServiceCreationNotification";
    public const string ServiceAttributeValueChange = "ServiceAttributeValueChangeNotification";
    public const string ServiceRemove = "ServiceRemoveNotification";

    private static readonly Dictionary<string, string[]> Sources = new()
    {
        [OrderCreation] = [nameof(ServiceOrderCreateEvent)],
        [OrderStateChange] = [nameof(ServiceOrderStateChangeEvent)],
        // What items became is in the event of the order's state, where that changed with them.
        [ItemStateChange] = [nameof(ServiceOrderStateChangeEvent), nameof(ServiceOrderAttributeValueChangeEvent)],
        [ServiceCreation] = [nameof(ServiceCreateEvent)],
        [ServiceAttributeValueChange] = [nameof(ServiceAttributeValueChangeEvent), nameof(ServiceOperatingStatusChangeEvent), nameof(ServiceStateChangeEvent)],
        [ServiceRemove] = [nameof(ServiceDeleteEvent)],
    };

    public static IReadOnlyCollection<string> All => Sources.Keys;

    /// <summary>The events that notifications of some types may be made of.</summary>
    public static IReadOnlySet<string> SourcesOf(IEnumerable<string> types) => types.SelectMany(type => Sources[type]).ToHashSet();
}
