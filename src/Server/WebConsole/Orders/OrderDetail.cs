using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Server.ServiceOrders;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.WebConsole.Orders;

/// <summary>An order as its pages show it; each page has what it asks for.</summary>
internal sealed record OrderDetail
{
    // More than these are folded, so that the page shows the whole at first.
    private const int MostUnfolded = 60;

    public required ServiceOrder Order { get; init; }

    /// <summary>What forms carry along, so that nothing is overwritten that nobody has seen.</summary>
    public required string Etag { get; init; }

    public required DateTimeOffset Now { get; init; }

    /// <summary>The items that are not finished, as the queue of work has them, by their ids; empty where the visitor may not see it.</summary>
    public IReadOnlyDictionary<string, WorkItem> Work { get; init; } = new Dictionary<string, WorkItem>();

    /// <summary>The items in fallout, by the ids of the items; empty where the visitor may not see them.</summary>
    public IReadOnlyDictionary<string, FalloutItem> Fallout { get; init; } = new Dictionary<string, FalloutItem>();

    /// <summary>The requests to cancel it, the newest first.</summary>
    public IReadOnlyList<CancelServiceOrder> Cancels { get; init; } = [];

    /// <summary>The items that are folded or unfolded against what a page does by itself.</summary>
    public IReadOnlySet<string> Turned { get; init; } = new HashSet<string>();

    /// <summary>What has happened; null where the page does not show it.</summary>
    public OrderTimeline? Timeline { get; init; }

    /// <summary>How many of the newest events are passed over.</summary>
    public int Offset { get; init; }

    /// <summary>Every item with how many it is within, in the order of the text.</summary>
    public IReadOnlyList<(ServiceOrderItem Item, int Level)> Items => field ??= [.. Place(Order.ServiceOrderItem, 0)];

    public string Path => "/orders/" + Uri.EscapeDataString(Order.Id);

    public string Name => OrdersList.NameOf(Order);

    public bool IsFinal => ServiceOrderLifecycle.IsFinal(Order.State);

    public bool IsOverdue => !IsFinal && Order.RequestedCompletionDate?.ToDateTimeOffset() < Now;

    public bool MayBeHeld => Order.State != ServiceOrderState.Held && Choices.Contains(ServiceOrderState.Held);

    public bool MayBeResumed => Order.State is ServiceOrderState.Held or ServiceOrderState.Pending && Choices.Contains(ServiceOrderState.InProgress);

    public bool MayBeCancelled => Choices.Any();

    // Whether it can also be cancelled outright does not matter: requests to cancel do that too.
    private IEnumerable<ServiceOrderState> Choices => ServiceOrderLifecycle.Choices(Order, Suspension.None);

    private Dictionary<string, int> Numbers => field ??= Items.Select((place, i) => (place.Item.Id, i)).GroupBy(pair => pair.Id).ToDictionary(same => same.Key, same => same.First().i);

    /// <summary>What links to an item name it by: ids may be anything.</summary>
    public string Anchor(string itemId) => $"item-{Numbers.GetValueOrDefault(itemId, -1)}";

    public bool Has(string itemId) => Numbers.ContainsKey(itemId);

    public bool IsFolded(ServiceOrderItem item) => (Items.Count > MostUnfolded) != Turned.Contains(item.Id);

    /// <summary>What an item is called, for people.</summary>
    public static string NameOf(ServiceOrderItem item) =>
        item.Service is not { } service ? "" : service.Name.Length > 0 ? service.Name : service.ServiceType.Length > 0 ? service.ServiceType : service.ServiceSpecification?.Name ?? "";

    public static string ActionOf(ServiceOrderItem item) => State.InWords(ServiceOrdering.Json.EnumNames.Json(item.Action));

    public static string StateOf(ServiceOrderItem item) => ServiceOrdering.Json.EnumNames.Json(item.State);

    /// <summary>Where an item stands in the queue of work, in words; empty where it is in none.</summary>
    public string WorkOf(ServiceOrderItem item) => Work.GetValueOrDefault(item.Id) switch
    {
        null => "",
        { State: WorkItemState.Leased } work => work.Worker + (work.HasPercentage ? $", {work.Percentage} %" : "") + Attempt(work),
        { State: WorkItemState.Waiting, HasNoWorker: true } => "waits, and no worker takes it",
        { State: WorkItemState.Waiting } work => "waits for a worker" + Attempt(work),
        { State: WorkItemState.Delayed } work => "is tried again at " + work.Due?.ToDateTime().ToString("HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture) + Attempt(work),
        _ => "",
    };

    private static string Attempt(WorkItem work) => work.Attempt > 1 ? $", attempt {work.Attempt}" : "";

    private static IEnumerable<(ServiceOrderItem Item, int Level)> Place(IEnumerable<ServiceOrderItem> items, int level) =>
        items.SelectMany(item => Place(item.ServiceOrderItem_, level + 1).Prepend((item, level)));
}
