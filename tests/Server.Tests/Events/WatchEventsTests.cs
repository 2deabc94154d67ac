using Grpc.Core;
using ServiceOrdering.Client;
using ServiceOrdering.Errors.V1;
using ServiceOrdering.Events.V1;
using Tmf.ServiceOrdering.V4;
using static ServiceOrdering.Events.V1.WatchEventsResponse;

namespace ServiceOrdering.Server.Tests.Events;

public sealed class WatchEventsTests : IDisposable
{
    private static readonly ServiceOrder Minimal = new() { ServiceOrderItem = { new ServiceOrderItem { Id = "1", Action = Tmf.Common.V4.OrderItemAction.Add, Service = new() } } };

    private readonly RunningServer _server = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_watch_begins_with_a_checkpoint_and_goes_on_with_what_happens_next()
    {
        await CreateAsync();
        using var call = _server.Events.WatchEvents(new WatchEventsRequest(), cancellationToken: Cancellation);

        var first = await NextAsync(call);
        var order = await CreateAsync("corr-1");
        var second = await NextAsync(call);

        Assert.Equal(ChangeOneofCase.Checkpoint, first.ChangeCase);
        var created = second.Event.ServiceOrderCreateEvent;
        Assert.Equal(order, created.Event.ServiceOrder);
        Assert.StartsWith("http", created.Event.ServiceOrder.Href);
        Assert.Equal("ServiceOrderCreateEvent", created.EventType);
        Assert.Equal("corr-1", created.CorrelationId);
        Assert.Equal("serviceOrdering", created.Domain);
        Assert.Equal(order.OrderDate, created.EventTime);
        Assert.Equal(order.OrderDate, created.TimeOcurred);
        Assert.True(Guid.TryParse(created.EventId, out _));
        Assert.NotEmpty(second.ResumeToken);
    }

    [Fact]
    public async Task Without_a_correlation_id_the_event_has_the_id_of_the_trace()
    {
        using var call = await WatchAsync(new WatchEventsRequest());
        const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";

        await _server.ServiceOrders.CreateServiceOrderAsync(new CreateServiceOrderRequest { ServiceOrder = Minimal },
            new Metadata { { "traceparent", $"00-{Trace}-00f067aa0ba902b7-01" } }, cancellationToken: Cancellation);

        Assert.Equal(Trace, (await NextAsync(call)).Event.ServiceOrderCreateEvent.CorrelationId);
    }

    [Fact]
    public async Task A_token_continues_after_the_message_that_it_came_with()
    {
        string token;
        using (var call = await WatchAsync(new WatchEventsRequest()))
        {
            await CreateAsync();
            token = (await NextAsync(call)).ResumeToken;
        }
        var second = await CreateAsync();
        var third = await CreateAsync();

        using var resumed = _server.Events.WatchEvents(new WatchEventsRequest { ResumeToken = token }, cancellationToken: Cancellation);

        Assert.Equal((ChangeOneofCase.Checkpoint, token), (await NextAsync(resumed)) is var first ? (first.ChangeCase, first.ResumeToken) : default);
        Assert.Equal(second.Id, (await NextAsync(resumed)).Event.ServiceOrderCreateEvent.Event.ServiceOrder.Id);
        Assert.Equal(third.Id, (await NextAsync(resumed)).Event.ServiceOrderCreateEvent.Event.ServiceOrder.Id);
    }

    [Fact]
    public async Task A_deleted_order_is_told_with_its_id_href_and_type_only()
    {
        var order = await CreateAsync();
        using var call = await WatchAsync(new WatchEventsRequest());

        await _server.ServiceOrders.DeleteServiceOrderAsync(new DeleteServiceOrderRequest { Id = order.Id }, cancellationToken: Cancellation);

        Assert.Equal(
            new ServiceOrder { Id = order.Id, Href = order.Href, Type = "ServiceOrder" },
            (await NextAsync(call)).Event.ServiceOrderDeleteEvent.Event.ServiceOrder);
    }

    public static TheoryData<string, string[], bool> Filters => new()
    {
        { "", [], true },
        { "eventType=ServiceOrderCreateEvent", [], true },
        { "eventType=ServiceOrderDeleteEvent", [], false },
        { "eventType = ServiceOrderCreateEvent , ServiceOrderDeleteEvent", [], true },
        { "eventType == \"ServiceOrderCreateEvent\" & event.serviceOrder.state = acknowledged", [], true },
        { "filter=$.event.serviceOrder[?(@.state=='acknowledged')]", [], true },
        { "filter=$[?(@.event.serviceOrder.state=='held' && @.eventType=='ServiceOrderCreateEvent')]", [], false },
        { "filter=$[?(@.eventType=='ServiceOrderDeleteEvent')]&filter=$.event.serviceOrder[?(@.state=='acknowledged')]", [], true },
        { "event.serviceOrder.externalId=wanted", [], true },
        { "event.serviceOrder.externalId=other", [], false },
        { "event.serviceOrder.state=acknowledged&eventType=ServiceOrderCreateEvent", [], true },
        { "event.serviceOrder.state=completed", [], false },
        { "event.serviceOrder.serviceOrderItem.action=add", [], true },
        { "event.serviceOrder.externalId.regex=^wan", [], true },
        { "event.serviceOrder.color=red", [], false },
        { "correlationId.ne=x;eventType=ServiceOrderDeleteEvent", [], true },
        { "", ["ServiceOrderCreateEvent", "ServiceOrderStateChangeEvent"], true },
        { "", ["ServiceOrderStateChangeEvent"], false },
        { "eventType=ServiceOrderCreateEvent", ["ServiceOrderDeleteEvent"], false },
    };

    [Theory]
    [MemberData(nameof(Filters))]
    public async Task Only_events_that_match_are_told(string query, string[] types, bool isTold)
    {
        using var server = new RunningServer(("Events:CheckpointInterval", "00:00:00.200"));
        var request = new WatchEventsRequest { Query = query, EventTypes = { types } };
        using var all = server.Events.WatchEvents(new WatchEventsRequest(), cancellationToken: Cancellation);
        using var awake = server.Events.WatchEvents(request, cancellationToken: Cancellation);
        request.ResumeToken = (await NextAsync(all)).ResumeToken;
        await NextAsync(awake);

        var id = await server.PlaceOrderAsync("""{"externalId":"wanted","serviceOrderItem":[{"id":"1","action":"add","service":{}}]}""");
        var token = (await NextEventAsync(all)).ResumeToken;
        using var resumed = server.Events.WatchEvents(request, cancellationToken: Cancellation);

        string[] expected = isTold ? [id] : [];
        Assert.Equal(expected, await CreatedUntilAsync(awake, token));
        Assert.Equal(expected, await CreatedUntilAsync(resumed, token));
    }

    /// <summary>Ids of the orders that were told of as created, until the token comes: with the last of them, or a checkpoint.</summary>
    private static async Task<List<string>> CreatedUntilAsync(AsyncServerStreamingCall<WatchEventsResponse> call, string token)
    {
        var ids = new List<string>();
        do
        {
            await NextAsync(call);
            if (call.ResponseStream.Current.Event is { } told)
                ids.Add(told.ServiceOrderCreateEvent.Event.ServiceOrder.Id);
        }
        while (call.ResponseStream.Current.ResumeToken != token);
        return ids;
    }

    [Fact]
    public async Task Only_the_resources_that_were_asked_for_are_told_of()
    {
        var (first, second) = (await CreateAsync(), await CreateAsync());
        using var call = await WatchAsync(new WatchEventsRequest { ResourceIds = { second.Id } });

        foreach (var order in new[] { first, second })
            await _server.ServiceOrders.DeleteServiceOrderAsync(new DeleteServiceOrderRequest { Id = order.Id }, cancellationToken: Cancellation);

        Assert.Equal(second.Id, (await NextAsync(call)).Event.ServiceOrderDeleteEvent.Event.ServiceOrder.Id);
    }

    [Fact]
    public async Task A_request_that_is_wrong_in_several_ways_is_told_all_of_them()
    {
        var request = new WatchEventsRequest { Query = "event.serviceOrder.state=flying&eventTime.gt=yesterday", EventTypes = { "OrderEvent" } };

        var refusal = await Assert.ThrowsAsync<ServiceOrderingException>(() => WatchAsync(request));

        Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode);
        Assert.Equal(
            [("query[\"event.serviceOrder.state\"]", "QUERY_INVALID"), ("query[\"eventTime.gt\"]", "QUERY_INVALID"), ("event_types[0]", "QUERY_INVALID")],
            refusal.Violations.Select(violation => (violation.Field, violation.Reason)));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("!!!!!!!!!!!!!!!!!!!!!!!")]
    public async Task A_token_that_is_none_is_refused(string token)
    {
        var refusal = await Assert.ThrowsAsync<ServiceOrderingException>(() => WatchAsync(new WatchEventsRequest { ResumeToken = token }));

        Assert.Equal((StatusCode.InvalidArgument, ErrorReason.ResumeTokenInvalid), (refusal.StatusCode, refusal.ErrorReason));
    }

    [Fact]
    public async Task A_token_of_another_database_is_refused()
    {
        using var other = new RunningServer();
        using var foreign = other.Events.WatchEvents(new WatchEventsRequest(), cancellationToken: Cancellation);
        var token = (await NextAsync(foreign)).ResumeToken;

        var refusal = await Assert.ThrowsAsync<ServiceOrderingException>(() => WatchAsync(new WatchEventsRequest { ResumeToken = token }));

        Assert.Equal((StatusCode.InvalidArgument, ErrorReason.ResumeTokenInvalid), (refusal.StatusCode, refusal.ErrorReason));
        Assert.Contains("another database", refusal.Message);
    }

    [Fact]
    public async Task Silence_is_broken_by_checkpoints_with_fresh_tokens()
    {
        using var server = new RunningServer(("Events:CheckpointInterval", "00:00:00.300"));
        using var call = server.Events.WatchEvents(new WatchEventsRequest { Query = "eventType=ServiceOrderDeleteEvent" }, cancellationToken: Cancellation);
        var first = await NextAsync(call);
        await server.PlaceOrderAsync();

        var fresh = first;
        while (fresh.ResumeToken == first.ResumeToken)
        {
            fresh = await NextAsync(call);
            Assert.Equal(ChangeOneofCase.Checkpoint, fresh.ChangeCase);
        }

        using var resumed = server.Events.WatchEvents(new WatchEventsRequest { ResumeToken = fresh.ResumeToken }, cancellationToken: Cancellation);
        await NextAsync(resumed);
        var id = await server.PlaceOrderAsync();
        Assert.Equal(id, (await NextEventAsync(resumed)).Event.ServiceOrderCreateEvent.Event.ServiceOrder.Id);
    }

    [Fact]
    public async Task A_server_that_stops_ends_its_watches_with_a_reason()
    {
        using var call = await WatchAsync(new WatchEventsRequest());

        _server.Service<Microsoft.Extensions.Hosting.IHostApplicationLifetime>().StopApplication();

        var end = await Assert.ThrowsAsync<ServiceOrderingException>(() => NextAsync(call));
        Assert.Equal((StatusCode.Unavailable, ErrorReason.ServerUnavailable), (end.StatusCode, end.ErrorReason));
    }

    public void Dispose() => _server.Dispose();

    /// <summary>The next event: where checkpoints come often, one may come before it.</summary>
    private static async Task<WatchEventsResponse> NextEventAsync(AsyncServerStreamingCall<WatchEventsResponse> call)
    {
        while ((await NextAsync(call)).ChangeCase == ChangeOneofCase.Checkpoint)
        {
        }
        return call.ResponseStream.Current;
    }

    private static async Task<WatchEventsResponse> NextAsync(AsyncServerStreamingCall<WatchEventsResponse> call)
    {
        Assert.True(await call.ResponseStream.MoveNext(Cancellation));
        return call.ResponseStream.Current;
    }

    /// <summary>A watch that has begun: nothing from here on is missed.</summary>
    private async Task<AsyncServerStreamingCall<WatchEventsResponse>> WatchAsync(WatchEventsRequest request)
    {
        var call = _server.Events.WatchEvents(request, cancellationToken: Cancellation);
        Assert.Equal(ChangeOneofCase.Checkpoint, (await NextAsync(call)).ChangeCase);
        return call;
    }

    private async Task<ServiceOrder> CreateAsync(string? correlationId = null)
    {
        var headers = correlationId is null ? null : new Metadata { { "x-correlation-id", correlationId } };
        return (await _server.ServiceOrders.CreateServiceOrderAsync(
            new CreateServiceOrderRequest { ServiceOrder = Minimal }, headers, cancellationToken: Cancellation)).ServiceOrder;
    }
}
