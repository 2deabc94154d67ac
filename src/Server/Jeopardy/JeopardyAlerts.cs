using ServiceOrdering.Json;
using ServiceOrdering.Server.Fulfillment;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.ServiceOrders;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Jeopardy;

/// <summary>
/// The alerts that the server raises by itself. Each adds one to an order and tells whether it did: an order that is final is in
/// no danger, and a danger that was told of is not told again. Pure.
/// </summary>
internal static class JeopardyAlerts
{
    public const string CompletionDateMissedType = "completionDateMissed";

    public const string CompletionDateAtRiskType = "completionDateAtRisk";

    public const string NoWorkerType = "noWorker";

    public const string FalloutAgeType = "falloutAge";

    // An alert goes with every copy of its order: it names the first items, not all of thousands.
    private const int MostItems = 100;

    /// <summary>The date that the order was to be completed by has passed. Once for each date; who calls knows of which it told.</summary>
    public static bool CompletionDateMissed(ServiceOrder order, DateTimeOffset now) => Add(
        order, CompletionDateMissedType, "Requested completion date passed", $"The order was to be completed by {TmfDate.Text(order.RequestedCompletionDate)} and is {EnumNames.Json(order.State)}.", [], now);

    /// <summary>What remains takes longer than there is time. Once for each date, as above.</summary>
    public static bool CompletionDateAtRisk(ServiceOrder order, RemainingWork remaining, DateTimeOffset now) => Add(
        order, CompletionDateAtRiskType, "Requested completion date at risk",
        $"What remains to be done takes {Text(remaining.Time)}, and the order is to be completed by {TmfDate.Text(order.RequestedCompletionDate)}.", remaining.ItemIds, now);

    /// <summary>No worker that could take items was there for a time. Once for each item.</summary>
    /// <param name="order">The order.</param>
    /// <param name="itemIds">The items, all of one kind.</param>
    /// <param name="kind">Their kind.</param>
    /// <param name="time">For how long nobody was there.</param>
    /// <param name="now">When that is.</param>
    public static bool NoWorker(ServiceOrder order, IReadOnlyCollection<string> itemIds, WorkKind kind, TimeSpan time, DateTimeOffset now)
    {
        var told = order.JeopardyAlert.Where(alert => alert.JeopardyType == NoWorkerType).SelectMany(ItemsOf).ToHashSet();
        var items = itemIds.Where(id => !told.Contains(id)).ToList();
        return items.Count > 0 && Add(
            order, NoWorkerType, "No worker connected", $"For {Text(time)} no worker was connected that takes {Text(kind)}.", items, now);
    }

    /// <summary>An item that fell out waits for somebody to decide. Once for each time that it fell out.</summary>
    /// <param name="order">The order.</param>
    /// <param name="itemId">The item.</param>
    /// <param name="since">Since when it is held.</param>
    /// <param name="now">When it has been so for too long.</param>
    public static bool FalloutAged(ServiceOrder order, string itemId, DateTimeOffset since, DateTimeOffset now) =>
        !order.JeopardyAlert.Any(alert => alert.JeopardyType == FalloutAgeType && ItemsOf(alert).Contains(itemId) && alert.AlertDate.ToDateTimeOffset() >= since)
        && Add(order, FalloutAgeType, "Fallout undecided", $"The item could not be worked, and for {Text(now - since)} nobody has decided what becomes of it.", [itemId], now);

    /// <summary>Whether an order has an alert of a type.</summary>
    public static bool Has(ServiceOrder order, string type) => order.JeopardyAlert.Any(alert => alert.JeopardyType == type);

    private static bool Add(ServiceOrder order, string type, string name, string message, IReadOnlyList<string> itemIds, DateTimeOffset now)
    {
        if (ServiceOrderLifecycle.IsFinal(order.State))
            return false;
        order.JeopardyAlert.Add(new ServiceOrderJeopardyAlert
        {
            Id = ResourceId.New(),
            AlertDate = TmfDate.Of(now),
            JeopardyType = type,
            Name = name,
            Message = message,
            ServiceOrderItem = { itemIds.Take(MostItems).Select(id => new ServiceOrderItemRef { ItemId = id, ServiceOrderId = order.Id }) },
        });
        return true;
    }

    private static IEnumerable<string> ItemsOf(ServiceOrderJeopardyAlert alert) => alert.ServiceOrderItem.Select(item => item.ItemId);

    private static string Text(TimeSpan time) => TimeSpan.FromSeconds(Math.Floor(time.TotalSeconds)).ToString("c");

    private static string Text(WorkKind kind)
    {
        var parts = new[] { ("service type", kind.ServiceType), ("specification", kind.SpecificationId), ("category", kind.Category) };
        return string.Join(", ", parts.Where(part => part.Item2.Length > 0).Select(part => $"{part.Item1} '{part.Item2}'").Prepend($"action '{EnumNames.Json(kind.Action)}'"));
    }
}
