using Onap.Nbi.V4;
using ServiceOrdering.Json;
using ServiceOrdering.Query;

namespace ServiceOrdering.Server.Onap;

/// <summary>
/// The query of an NBI listener: which notifications, and of which states. A state that is asked for must be there: a notification of an order
/// has no item, and one of a service no state of an order. Pure.
/// </summary>
/// <param name="EventTypes">The types of the notifications.</param>
/// <param name="OrderStates">States of which the order has one; null for any.</param>
/// <param name="ItemStates">States of which the item has one; null for any.</param>
internal sealed record NbiHubQuery(IReadOnlySet<string> EventTypes, IReadOnlySet<OrderState>? OrderStates, IReadOnlySet<OrderState>? ItemStates)
{
    private const string EventTypeKey = "eventType";
    private const string OrderStateKey = "serviceOrder.state";
    private const string ItemStateKey = "serviceOrder.serviceOrderItem.state";

    private static readonly Dictionary<string, OrderState> States = Enum.GetValues<OrderState>().Where(state => state != OrderState.Unspecified)
        .ToDictionary(EnumNames.Json, StringComparer.OrdinalIgnoreCase);

    /// <summary>The form in which a query is kept.</summary>
    public static string WithoutBlanks(string query) => string.Concat(query.Where(letter => !char.IsWhiteSpace(letter)));

    /// <summary>Parses <c>eventType=A,B&amp;serviceOrder.state=COMPLETED</c>; blanks are nothing, and a key may come again.</summary>
    /// <exception cref="QueryException">Lists every problem of the text.</exception>
    public static NbiHubQuery Parse(string query)
    {
        QueryLimits.CheckText(query, "query");
        var problems = new List<string>();
        var types = new HashSet<string>();
        HashSet<OrderState>? orderStates = null, itemStates = null;
        foreach (var condition in WithoutBlanks(query).TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (key, values) = condition.Split('=', 2) is [var name, var text] ? (name, text.Split(',', StringSplitOptions.RemoveEmptyEntries)) : (condition, []);
            if (key is not (EventTypeKey or OrderStateKey or ItemStateKey))
                problems.Add($"There is no key '{key}'; allowed: {EventTypeKey}, {OrderStateKey}, {ItemStateKey}.");
            else if (values.Length == 0)
                problems.Add($"'{key}' has no value; it is written {key}=A,B.");
            else if (key == EventTypeKey)
                ReadTypes(values, types, problems);
            else if (key == OrderStateKey)
                ReadStates(key, values, orderStates ??= [], problems);
            else
                ReadStates(key, values, itemStates ??= [], problems);
        }
        if (types.Count == 0 && problems.Count == 0)
            problems.Add($"'{EventTypeKey}' is needed: {EventTypeKey}=A,B, of {string.Join(", ", NbiEventTypes.All)}.");
        return problems.Count == 0
            ? new NbiHubQuery(types, orderStates, itemStates)
            : throw new QueryException([.. problems.Select(problem => new QueryError(QueryErrorKind.BadValue, "query", problem))]);
    }

    /// <summary>Whether a notification is wanted.</summary>
    /// <param name="eventType">Its type.</param>
    /// <param name="order">State of its order; null where it is about none.</param>
    /// <param name="item">State of its item; null where it is about none.</param>
    public bool Wants(string eventType, OrderState? order = null, OrderState? item = null) =>
        EventTypes.Contains(eventType) && IsOneOf(OrderStates, order) && IsOneOf(ItemStates, item);

    private static bool IsOneOf(IReadOnlySet<OrderState>? wanted, OrderState? state) => wanted is null || (state is { } known && wanted.Contains(known));

    private static void ReadTypes(string[] values, HashSet<string> types, List<string> problems)
    {
        foreach (var value in values)
        {
            if (!NbiEventTypes.All.Contains(value))
                problems.Add($"'{value}' is no type of notification; allowed: {string.Join(", ", NbiEventTypes.All)}.");
            types.Add(value);
        }
    }

    private static void ReadStates(string key, string[] values, HashSet<OrderState> states, List<string> problems)
    {
        foreach (var value in values)
        {
            if (States.TryGetValue(value, out var state))
                states.Add(state);
            else
                problems.Add($"'{value}' is no state of {key}; allowed, in any case: {string.Join(", ", States.Keys)}.");
        }
    }
}
