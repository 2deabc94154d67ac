using Grpc.Core;
using Microsoft.Extensions.Options;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Events;

[BindServiceMethod(typeof(SharedEventBinding), nameof(SharedEventBinding.BindService))]
internal sealed class EventGrpcService(
    EventTail tail, Database database, ResumeTokens tokens, IOptions<EventsOptions> options, TimeProvider time,
    PublicAddress address, IHostApplicationLifetime lifetime)
    : EventService.EventServiceBase
{
    public override async Task WatchEvents(
        WatchEventsRequest request, IServerStreamWriter<WatchEventsResponse> responseStream, ServerCallContext context)
    {
        var filter = EventRequests.Check(request);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        var stream = new EventStream(tail, database, tokens, options.Value, time, filter, address.For(context), responseStream, end.Token);
        try
        {
            await stream.RunAsync(request);
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            throw ApiErrors.ServerUnavailable("The server is shutting down.");
        }
    }
}
