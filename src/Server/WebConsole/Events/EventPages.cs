using System.Globalization;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.Hosting;

namespace ServiceOrdering.Server.WebConsole.Events;

/// <summary>What the feed of events shows.</summary>
internal sealed record EventFeed
{
    public required EventPage Page { get; init; }

    /// <summary>The types of events that there are.</summary>
    public required IReadOnlyList<string> Types { get; init; }

    /// <summary>Whether it ends with the newest events, and new ones come to it.</summary>
    public required bool IsNewest { get; init; }

    /// <summary>Whether it is told who made the changes.</summary>
    public required bool TellsActors { get; init; }

    public string? Problem { get; init; }
}

/// <summary>What the page of an event shows.</summary>
/// <param name="Event">The event.</param>
/// <param name="Json">Its text as callers get it; what is stored, where that cannot be read.</param>
/// <param name="TellsActors">Whether it is told who made the change.</param>
internal sealed record EventDetail(LoggedEvent Event, string Json, bool TellsActors);

/// <summary>The pages of events: what has happened, the newest first, and new events as they come.</summary>
internal static class EventPages
{
    public const int PageSize = 50;

    public static void Map(IEndpointRouteBuilder console)
    {
        console.MapPage("/events", Methods.WatchEvents, ListAsync);
        console.MapPage("/events/{position}", Methods.WatchEvents, ShowAsync);
    }

    /// <summary>A time as people write it, or the browser does for them: without a zone it is UTC.</summary>
    public static DateTimeOffset? Time(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;

    private static async Task<IResult> ListAsync(Visit visit)
    {
        var services = visit.Http.RequestServices;
        var log = services.GetRequiredService<Server.Events.EventPages>();
        var (sight, end) = (visit.Identity.Sight, visit.Http.RequestAborted);
        var request = new WatchEventsRequest { Query = visit.Query("query"), EventTypes = { visit.QueryAll("type") }, ResourceIds = { visit.QueryAll("resource") } };
        long? before = long.TryParse(visit.Query("before"), out var position) ? position : null;
        string? badTime = null;
        if (before is null && visit.Query("at") is { Length: > 0 } at)
        {
            // What happened in the second that was asked for is there too.
            if (Time(at) is { } time)
                before = await log.LastBeforeAsync(time.AddSeconds(1), end) + 1;
            else
                badTime = $"'{at}' is no time such as 2026-01-31T12:00.";
        }
        var (page, problem) = await Visit.TryAsync(async () => await log.ReadAsync(request, sight, before, PageSize, end));
        return visit.Show<EventsPage>(new EventFeed
        {
            Page = page ?? new EventPage([], null),
            Types = [.. services.GetRequiredService<EventTypes>().Names.Order(StringComparer.Ordinal)],
            IsNewest = before is null,
            TellsActors = sight.SeesAll,
            Problem = badTime ?? problem,
        });
    }

    private static async Task<IResult> ShowAsync(Visit visit)
    {
        var services = visit.Http.RequestServices;
        if (!long.TryParse((string)visit.Http.Request.RouteValues["position"]!, NumberStyles.None, CultureInfo.InvariantCulture, out var position)
            || await services.GetRequiredService<Server.Events.EventPages>().FindAsync(position, visit.Identity.Sight) is not { } logged)
            return Results.NotFound();
        var json = JsonTexts.Of(logged.Body.Span);
        if (logged.IsReadable)
        {
            try
            {
                json = JsonTexts.Of(services.GetRequiredService<EventTypes>().Read(logged.Type, logged.Body.Span, services.GetRequiredService<PublicAddress>().For(visit.Http.Request)).Envelope);
            }
            catch (Exception e) when (e is InvalidDataException or Grpc.Core.RpcException)
            {
                // The text as it is stored says more than nothing.
            }
        }
        return visit.Show<EventItemPage>(new EventDetail(logged, json, visit.Identity.Sight.SeesAll));
    }
}
