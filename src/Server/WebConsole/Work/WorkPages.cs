using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Server.Fulfillment;
using ServiceOrdering.Server.Jeopardy;

namespace ServiceOrdering.Server.WebConsole.Work;

/// <summary>What the page of work shows.</summary>
internal sealed record WorkModel
{
    public required IReadOnlyList<Worker> Workers { get; init; }

    public required WaitingWork Waiting { get; init; }

    /// <summary>The kinds that workers of other servers were seen for.</summary>
    public required IReadOnlySet<WorkKind> Elsewhere { get; init; }

    public required long Leased { get; init; }

    /// <summary>How many items are held in fallout.</summary>
    public required long Open { get; init; }

    /// <summary>Where the items stand that are listed.</summary>
    public required WorkItemState State { get; init; }

    /// <summary>Of which kind they are; null for any.</summary>
    public required WorkKind? Kind { get; init; }

    public required IReadOnlyList<WorkItem> Items { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>How many items wait.</summary>
    public long Count => Waiting.Kinds.Sum(kind => kind.Count);

    /// <summary>How many items wait that no worker takes.</summary>
    public long Unserved => Waiting.Kinds.Where(IsUnserved).Sum(kind => kind.Count);

    public bool IsUnserved(WaitingKind kind) => kind.Workers == 0 && !Elsewhere.Contains(kind.Kind);
}

/// <summary>The page of workers, and of what waits for them.</summary>
internal static class WorkPages
{
    /// <summary>How many items are listed.</summary>
    public const int MostItems = 50;

    /// <summary>How long items have waited at least, as the page counts them.</summary>
    public static readonly IReadOnlyList<(TimeSpan Age, string Words)> Ages =
    [
        (TimeSpan.FromMinutes(1), "over a minute"), (TimeSpan.FromMinutes(10), "over 10 minutes"), (TimeSpan.FromHours(1), "over an hour"), (TimeSpan.FromDays(1), "over a day"),
    ];

    public static void Map(IEndpointRouteBuilder console) => console.MapPage("/work", Methods.ListWork, ShowAsync);

    private static async Task<IResult> ShowAsync(Visit visit)
    {
        var services = visit.Http.RequestServices;
        var overview = services.GetRequiredService<WorkOverview>();
        var state = visit.Query("state") switch { "leased" => WorkItemState.Leased, "delayed" => WorkItemState.Delayed, _ => WorkItemState.Waiting };
        var waiting = await overview.WaitingAsync([.. Ages.Select(age => age.Age)], visit.Http.RequestAborted);
        // A kind is named by what it is made of; one that does not wait any more is none.
        var kind = visit.Query("kind") is { Length: > 0 } text ? waiting.Kinds.FirstOrDefault(each => each.Kind.ToString() == text)?.Kind : null;
        return visit.Show<WorkPage>(new WorkModel
        {
            Workers = (await visit.Work.ListWorkersAsync(new ListWorkersRequest())).Workers,
            Waiting = waiting,
            Elsewhere = await services.GetRequiredService<ServedKinds>().SeenAsync(),
            Leased = await overview.LeasedAsync(),
            Open = (await overview.FalloutAsync()).GetValueOrDefault("open"),
            State = state,
            Kind = kind,
            Items = await overview.FirstAsync(state, kind, MostItems),
            Time = visit.Time,
        });
    }
}
