using System.Globalization;
using System.Text;
using ServiceOrdering.Json;
using ServiceOrdering.Server.ServiceOrders;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.WebConsole.Orders;

/// <summary>What somebody looks for who does not know the query grammar; the query of the address has each by its name. Pure.</summary>
/// <param name="State">A state; <c>open</c> for all that are not final, empty for any.</param>
/// <param name="Danger">One of <see cref="Dangers"/>, or empty.</param>
/// <param name="Text">A part of the external id or of the description.</param>
/// <param name="Category">The category.</param>
/// <param name="Party">Id of a related party.</param>
/// <param name="From">The first day of the requested completion: 2026-01-15.</param>
/// <param name="To">Its last day.</param>
internal sealed record OrderSearch(string State, string Danger, string Text, string Category, string Party, string From, string To)
{
    public const string Open = "open";

    /// <summary>The names that the address has them by.</summary>
    public static readonly string[] Names = ["state", "danger", "text", "category", "party", "from", "to"];

    /// <summary>What can be wrong with an order that is not final, and the alerts that say so.</summary>
    public static readonly IReadOnlyDictionary<string, (string Title, string Types)> Dangers = new Dictionary<string, (string, string)>
    {
        ["overdue"] = ("Overdue", "completionDateMissed"),
        ["risk"] = ("In jeopardy", "completionDateAtRisk,noWorker,falloutAge"),
    };

    /// <summary>The states, as the grammar names them.</summary>
    public static readonly IReadOnlyList<string> States = [.. EnumNames.All(ServiceOrderReflection.Descriptor.EnumTypes.Single(type => type.Name == nameof(ServiceOrderState)))];

    private static readonly string OpenStates = string.Join(',', Enum.GetValues<ServiceOrderState>()
        .Where(state => state != ServiceOrderState.Unspecified && !ServiceOrderLifecycle.IsFinal(state)).Select(EnumNames.Json));

    public static OrderSearch Of(Visit visit) => new(
        visit.Query("state"), visit.Query("danger"), visit.Query("text"), visit.Query("category"), visit.Query("party"), visit.Query("from"), visit.Query("to"));

    /// <summary>Those that are in danger in some way.</summary>
    public static OrderSearch InDanger(string danger) => new("", danger, "", "", "", "", "");

    /// <summary>The same in the query grammar; empty for all orders.</summary>
    public string Filter
    {
        get
        {
            var conditions = new List<string>();
            var isInDanger = Dangers.TryGetValue(Danger, out var danger);
            if (State == Open || (State.Length == 0 && isInDanger))
                conditions.Add($"state={OpenStates}");
            else if (State.Length > 0)
                conditions.Add($"state={Conditions.Value(State)}");
            if (isInDanger)
                conditions.Add($"jeopardyAlert.jeopardyType={danger.Types}");
            if (Category.Length > 0)
                conditions.Add($"category={Conditions.Value(Category)}");
            if (Party.Length > 0)
                conditions.Add($"relatedParty.id={Conditions.Value(Party)}");
            if (From.Length > 0)
                conditions.Add($"requestedCompletionDate.gte={Conditions.Value(From)}");
            if (To.Length > 0)
                conditions.Add($"requestedCompletionDate.lt={Conditions.Value(DayAfter(To))}");
            if (Text.Length > 0)
            {
                var pattern = Pattern(Text);
                conditions.Add($"filter={Uri.EscapeDataString($"$[?(@.externalId=~/{pattern}/||@.description=~/{pattern}/)]")}");
            }
            return string.Join('&', conditions);
        }
    }

    private static string DayAfter(string day) =>
        DateOnly.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) && date < DateOnly.MaxValue
            ? date.AddDays(1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
            : day;

    /// <summary>A pattern that a text matches which has the words in it, in capitals or not.</summary>
    private static string Pattern(string text)
    {
        var pattern = new StringBuilder();
        foreach (var c in text)
        {
            var (lower, upper) = (char.ToLowerInvariant(c), char.ToUpperInvariant(c));
            if (lower != upper)
                pattern.Append('[').Append(lower).Append(upper).Append(']');
            else if (@"\^$.|?*+()[]{}/".Contains(c, StringComparison.Ordinal))
                pattern.Append('\\').Append(c);
            else
                pattern.Append(c);
        }
        return pattern.ToString();
    }
}
