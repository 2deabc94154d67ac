using ServiceOrdering.Server.ServiceOrders;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Jeopardy;

/// <summary>What has to be done of an order yet, one after the other, that takes longest. Pure.</summary>
/// <param name="Time">How long it takes in all.</param>
/// <param name="ItemIds">The items, in the order in which they are done; those that take no time are left out.</param>
internal sealed record RemainingWork(TimeSpan Time, IReadOnlyList<string> ItemIds)
{
    private const string Any = "*";

    /// <summary>
    /// The longest path over the unfinished items along their dependencies. An item with items of its own begins before them, ends
    /// with the last of them, and takes no time itself. What other orders have to do yet is not known here.
    /// </summary>
    /// <param name="order">The order.</param>
    /// <param name="durations">How long items take: by specification, by service type, or any.</param>
    public static RemainingWork Of(ServiceOrder order, IReadOnlyDictionary<string, TimeSpan> durations)
    {
        // Each item has two places on a path: where it may begin (2i), and where it has ended (2i + 1).
        var items = ServiceOrderItems.All(order, "").Select(placed => placed.Item).ToList();
        var numbers = new Dictionary<string, int>();
        for (var i = 0; i < items.Count; i++)
            numbers.TryAdd(items[i].Id, i);
        var before = new List<int>[2 * items.Count];
        for (var i = 0; i < items.Count; i++)
        {
            before[2 * i] = [.. ServiceOrderItems.DependenciesOf(items[i]).Where(numbers.ContainsKey).Select(id => (2 * numbers[id]) + 1)];
            before[(2 * i) + 1] = [2 * i];
        }
        foreach (var (item, i) in items.Select((item, i) => (item, i)))
        {
            foreach (var inner in item.ServiceOrderItem_.Select(inner => numbers[inner.Id]))
            {
                before[2 * inner].Add(2 * i);
                before[(2 * i) + 1].Add((2 * inner) + 1);
            }
        }

        var times = new long?[before.Length];
        var previous = new int[before.Length];
        for (var place = 0; place < before.Length; place++)
            Measure(place);
        if (items.Count == 0)
            return new RemainingWork(TimeSpan.Zero, []);
        var last = Array.IndexOf(times, times.Max());
        var path = new Stack<string>();
        for (var place = last; place >= 0; place = previous[place])
        {
            if (place % 2 == 1 && DurationOf(items[place / 2], durations) > 0)
                path.Push(items[place / 2].Id);
        }
        return new RemainingWork(TimeSpan.FromTicks(times[last]!.Value), [.. path]);

        // Depth-first with a stack of its own, so that a long chain cannot exhaust the thread's. Where an item depends on what it is
        // in, the way back is left out.
        void Measure(int start)
        {
            var stack = new Stack<(int Place, int Next)>([(start, 0)]);
            var onPath = new HashSet<int> { start };
            while (stack.TryPop(out var top))
            {
                var (place, next) = top;
                if (times[place] is null && next < before[place].Count)
                {
                    stack.Push((place, next + 1));
                    var other = before[place][next];
                    if (times[other] is null && onPath.Add(other))
                        stack.Push((other, 0));
                    continue;
                }
                onPath.Remove(place);
                if (times[place] is not null)
                    continue;
                previous[place] = before[place].Where(other => times[other] is not null).DefaultIfEmpty(-1).MaxBy(other => other < 0 ? 0 : times[other]!.Value);
                times[place] = (previous[place] < 0 ? 0 : times[previous[place]]!.Value) + (place % 2 == 1 ? DurationOf(items[place / 2], durations) : 0);
            }
        }
    }

    private static long DurationOf(ServiceOrderItem item, IReadOnlyDictionary<string, TimeSpan> durations)
    {
        if (item.ServiceOrderItem_.Count > 0 || ServiceOrderLifecycle.IsFinal(item.State) || item.Action == Tmf.Common.V4.OrderItemAction.NoChange)
            return 0;
        return (durations.TryGetValue(item.Service.ServiceSpecification?.Id ?? "", out var duration)
            || durations.TryGetValue(item.Service.ServiceType, out duration)
            || durations.TryGetValue(Any, out duration)) ? duration.Ticks : 0;
    }
}
