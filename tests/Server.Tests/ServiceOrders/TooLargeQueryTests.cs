using Grpc.Core;
using ServiceOrdering.Client;
using ServiceOrdering.Events.V1;
using Tmf.ServiceInventory.V5;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.ServiceOrders;

/// <summary>The limits of queries hold on every way in.</summary>
public sealed class TooLargeQueryTests : IDisposable
{
    private readonly RunningServer _server = new();

    public static TheoryData<string, int> TooLarge => new()
    {
        { "filter=$.note", 1000 },
        { "filter=$.note", 100 },
        { "filter=", 64 * 1024 },
        { "a=1", 100 },
        { "state=held", 64 * 1024 },
    };

    public void Dispose() => _server.Dispose();

    [Theory]
    [MemberData(nameof(TooLarge))]
    public async Task Query_that_is_too_large_is_refused_on_every_way_in(string clause, int count)
    {
        var query = string.Join('&', Enumerable.Repeat(clause, count));

        await RefuseAsync(() => _server.ServiceOrders.ListServiceOrdersAsync(new ListServiceOrdersRequest { Filter = query }, cancellationToken: Cancel).ResponseAsync);
        await RefuseAsync(() => _server.Client.Services.ListServicesAsync(new ListServicesRequest { Filter = query }, cancellationToken: Cancel).ResponseAsync);
        await RefuseAsync(() => _server.Events.WatchEvents(new WatchEventsRequest { Query = query }, cancellationToken: Cancel).ResponseStream.MoveNext(Cancel));
        await RefuseAsync(() => _server.Client.EventSubscriptions.CreateEventSubscriptionAsync(
            new CreateEventSubscriptionRequest { EventSubscription = new() { Callback = "http://127.0.0.1:9/", Query = query } }, cancellationToken: Cancel).ResponseAsync);
        if (query.Length < 8 * 1024)
        {
            var refused = await _server.GetAsync($"{RunningServer.ServiceOrderPath}?{query}");
            Assert.Contains("more than", refused.IsError(System.Net.HttpStatusCode.BadRequest, "28").Body);
        }
    }

    private static async Task RefuseAsync(Func<Task> call)
    {
        var refusal = await Assert.ThrowsAsync<ServiceOrderingException>(call);

        Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode);
        Assert.Matches("has more than 50 conditions|is longer than 8192 bytes|has more than 100 values", refusal.Status.Detail);
    }
}
