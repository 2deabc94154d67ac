using System.Text;
using ServiceOrdering.Json;
using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.ServiceOrders;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.WebConsole.Orders;

/// <summary>A time in which an item was in a state.</summary>
internal sealed record TimelineSpan(ServiceOrderItemState State, DateTimeOffset From, DateTimeOffset To);

/// <summary>What has become of an item, in its order.</summary>
/// <param name="Item">The item.</param>
/// <param name="Level">How many items it is within.</param>
/// <param name="Spans">Its states, the oldest first. What is final has an end where it begins.</param>
internal sealed record TimelineRow(ServiceOrderItem Item, int Level, IReadOnlyList<TimelineSpan> Spans);

/// <summary>That an item, or the order, has come from one state to another.</summary>
/// <param name="Item">The item's id; null for the order.</param>
/// <param name="Before">The state that it was in.</param>
/// <param name="After">The state that it is in then.</param>
internal sealed record StateChange(string? Item, string Before, string After);

/// <summary>An event, and which states it has changed.</summary>
internal sealed record TimelineEvent(PastEvent Event, IReadOnlyList<StateChange> Changes);

/// <summary>
/// What has happened to an order and its items, worked out backwards: from the states that they have, by what the log says that they were
/// before each event. So the events themselves, which hold all items each time, need not be read. Pure.
/// </summary>
internal sealed class OrderTimeline
{
    private OrderTimeline(DateTimeOffset start, DateTimeOffset end, IReadOnlyList<TimelineRow> rows, IReadOnlyList<TimelineEvent> events) =>
        (Start, End, Rows, Events) = (start, end, rows, events);

    public DateTimeOffset Start { get; }

    public DateTimeOffset End { get; }

    public IReadOnlyList<TimelineRow> Rows { get; }

    /// <summary>The newest first.</summary>
    public IReadOnlyList<TimelineEvent> Events { get; }

    /// <param name="order">The order as it is.</param>
    /// <param name="events">Its events, the newest first, up to now.</param>
    /// <param name="now">The time.</param>
    public static OrderTimeline Of(ServiceOrder order, IReadOnlyList<PastEvent> events, DateTimeOffset now)
    {
        var placed = Place(order.ServiceOrderItem, 0).ToList();
        var ends = placed.GroupBy(place => place.Item.Id).ToDictionary(same => same.Key, same => (same.First().Item.State, Until: (DateTimeOffset?)null));
        var spans = ends.Keys.ToDictionary(id => id, _ => new List<TimelineSpan>());
        var state = order.State;
        var end = order.CompletionDate?.ToDateTimeOffset() is { } completed && ServiceOrderLifecycle.IsFinal(order.State) ? completed : now;
        var told = new List<TimelineEvent>();
        foreach (var past in events)
        {
            var changes = new List<StateChange>();
            if (past.Previous is { } previous && Parse(previous) is { } before)
            {
                if (before.HasState && before.State != state)
                {
                    changes.Add(new StateChange(null, EnumNames.Json(before.State), EnumNames.Json(state)));
                    state = before.State;
                }
                foreach (var item in before.ServiceOrderItem.Where(item => ends.ContainsKey(item.Id)))
                {
                    var (after, until) = ends[item.Id];
                    spans[item.Id].Add(new TimelineSpan(after, past.Time, ServiceOrderLifecycle.IsFinal(after) ? past.Time : until ?? end));
                    ends[item.Id] = (item.State, past.Time);
                    changes.Add(new StateChange(item.Id, EnumNames.Json(item.State), EnumNames.Json(after)));
                }
            }
            told.Add(new TimelineEvent(past, changes));
        }
        var start = order.OrderDate?.ToDateTimeOffset() ?? (events.Count > 0 ? events[^1].Time : now);
        foreach (var (id, (first, until)) in ends)
        {
            spans[id].Add(new TimelineSpan(first, start, ServiceOrderLifecycle.IsFinal(first) ? start : until ?? end));
            spans[id].Reverse();
        }
        var last = spans.Values.SelectMany(each => each).Select(span => span.To).Append(end).Max();
        return new OrderTimeline(start, last > start ? last : start.AddSeconds(1), [.. placed.Select(place => new TimelineRow(place.Item, place.Level, spans[place.Item.Id]))], told);
    }

    /// <summary>A whole number of steps of a clock or a calendar, six at most.</summary>
    public IEnumerable<DateTimeOffset> Ticks()
    {
        var span = End - Start;
        var step = Steps.FirstOrDefault(step => span / step <= 6, TimeSpan.FromDays(Math.Ceiling(span.TotalDays / 6)));
        for (var at = new DateTimeOffset((Start.UtcTicks / step.Ticks + 1) * step.Ticks, TimeSpan.Zero); at < End; at += step)
            yield return at;
    }

    private static readonly TimeSpan[] Steps =
    [
        TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5),
        TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(1), TimeSpan.FromHours(3), TimeSpan.FromHours(6), TimeSpan.FromHours(12), TimeSpan.FromDays(1), TimeSpan.FromDays(2), TimeSpan.FromDays(7),
    ];

    private static IEnumerable<(ServiceOrderItem Item, int Level)> Place(IEnumerable<ServiceOrderItem> items, int level) =>
        items.SelectMany(item => Place(item.ServiceOrderItem_, level + 1).Prepend((item, level)));

    private static ServiceOrder? Parse(string text)
    {
        var order = new ServiceOrder();
        return JsonFormat.Read(Encoding.UTF8.GetBytes(text), order).Malformation is null ? order : null;
    }
}
