using ServiceOrdering.Json;
using ServiceOrdering.Server.ServiceOrders;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.WebConsole.Orders;

/// <summary>What the list of orders shows.</summary>
internal sealed record OrdersList
{
    public required ListServiceOrdersResponse Page { get; init; }

    /// <summary>How many orders there are by state, whatever the list is of.</summary>
    public required IReadOnlyDictionary<string, long> Counts { get; init; }

    /// <summary>How many orders that are not final are in danger, by the way in which they are.</summary>
    public required IReadOnlyDictionary<string, long> InDanger { get; init; }

    /// <summary>How many items are in fallout; null where the visitor may not see them.</summary>
    public required long? Fallout { get; init; }

    public required OrderSearch Search { get; init; }

    /// <summary>What the list is of, in the query grammar.</summary>
    public required string Filter { get; init; }

    /// <summary>Why that is no query; null where it is one.</summary>
    public string? Problem { get; init; }

    public required int Offset { get; init; }

    public required DateTimeOffset Now { get; init; }

    /// <summary>How many orders there are.</summary>
    public long All => Counts.Values.Sum();

    /// <summary>Whether an order should be complete by now and is not.</summary>
    public bool IsOverdue(ServiceOrder order) => !ServiceOrderLifecycle.IsFinal(order.State) && order.RequestedCompletionDate?.ToDateTimeOffset() < Now;

    /// <summary>The dangers that an order is in, each once.</summary>
    public static IEnumerable<string> DangersOf(ServiceOrder order) =>
        ServiceOrderLifecycle.IsFinal(order.State) ? [] : order.JeopardyAlert.Select(alert => alert.JeopardyType).Where(type => type.Length > 0).Distinct();

    /// <summary>How many items of an order are final, and how many it has; those aside that are made of others.</summary>
    public static (int Done, int All) Progress(ServiceOrder order)
    {
        var (done, all) = (0, 0);
        foreach (var item in ServiceOrderLifecycle.Leaves(order))
        {
            all++;
            if (ServiceOrderLifecycle.IsFinal(item.State))
                done++;
        }
        return (done, all);
    }

    /// <summary>The name of the customer, else of the first party; its id where it has none.</summary>
    public static string CustomerOf(ServiceOrder order)
    {
        var party = order.RelatedParty.FirstOrDefault(party => party.Role == "customer") ?? order.RelatedParty.FirstOrDefault();
        return party is null ? "" : party.Name.Length > 0 ? party.Name : party.Id;
    }

    /// <summary>What an order is called: its external id, else the end of its own, which is what differs.</summary>
    public static string NameOf(ServiceOrder order) => order.ExternalId.Length > 0 ? order.ExternalId : "…" + order.Id[^Math.Min(12, order.Id.Length)..];

    public static string StateName(ServiceOrderState state) => EnumNames.Json(state);
}
