using Grpc.Core;
using Microsoft.Extensions.Options;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Storage;
using ServiceOrdering.Server.Telemetry;

namespace ServiceOrdering.Server.Events;

[BindServiceMethod(typeof(SharedEventBinding), nameof(SharedEventBinding.BindService))]
internal sealed class EventGrpcService(
    EventTail tail, EventLog log, Database database, EventTypes types, ResumeTokens tokens, IOptions<EventsOptions> options, TimeProvider time,
    PublicAddress address, IHostApplicationLifetime lifetime, UnreadableEvents unreadable, AnswerBudget budget)
    : EventService.EventServiceBase
{
    public override async Task WatchEvents(
        WatchEventsRequest request, IServerStreamWriter<WatchEventsResponse> responseStream, ServerCallContext context)
    {
        var filter = EventRequests.Check(request, context.Identity().Sight, types, context.UnknownAttributes());
        using var end = new StreamEnd(context, lifetime, time);
        var cursor = new EventCursor(tail, log, database, filter, time, options.Value.CheckpointInterval);
        using var share = budget.OfStream(context);
        var stream = new EventStream(
            cursor, database, types, tokens, filter, address.For(context), responseStream, unreadable, share, tellsActors: context.Identity().Sight.SeesAll, end.Token);
        Metrics.Watchers.Add(1);
        try
        {
            await stream.RunAsync(request);
        }
        catch (Exception) when (end.Reason is { } reason)
        {
            // Whatever became of what was under way when it ended.
            throw reason;
        }
        finally
        {
            Metrics.Watchers.Add(-1);
            cursor.Close();
        }
    }
}
