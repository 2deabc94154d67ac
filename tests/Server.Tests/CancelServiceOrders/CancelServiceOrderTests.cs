using System.Net;
using System.Text.Json.Nodes;
using Grpc.Core;
using ServiceOrdering.Client;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Server.Storage;
using ServiceOrdering.Server.Tests.Fulfillment;
using ServiceOrdering.Server.Tests.Hub;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.CancelServiceOrders;

/// <summary>The resource cancelServiceOrder over both protocols, and its events wherever events are told.</summary>
public sealed class CancelServiceOrderTests : IDisposable
{
    private const string Path = "/tmf-api/serviceOrdering/v4/cancelServiceOrder";

    private readonly WorkingServer _server = new();
    private readonly CancelServiceOrderService.CancelServiceOrderServiceClient _grpc;

    public CancelServiceOrderTests() => _grpc = new CancelServiceOrderService.CancelServiceOrderServiceClient(_server.Server.Client.CallInvoker);

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Request_comes_back_as_it_was_sent_with_what_the_server_sets()
    {
        var order = await PlaceAsync();

        var answer = await PostAsync($$"""
            {"cancellationReason":"why not","requestedCancellationDate":"2100-01-01T02:00:00+02:00","serviceOrder":{"id":"{{order}}","name":"mine"},"state":"done","id":"x","ours":{"a":1},"@type":"Own"}
            """);

        Assert.Equal(HttpStatusCode.Created, answer.Status);
        var id = answer.Json["id"]!.GetValue<string>();
        Assert.EndsWith($"{Path}/{id}", answer.Headers["Location"]);
        Assert.Equal(answer.Headers["Location"], answer.Json["href"]!.GetValue<string>());
        Assert.Equal(
            $$$"""{"id":"{{{id}}}","cancellationReason":"why not","requestedCancellationDate":"2100-01-01T00:00:00.000Z","serviceOrder":{"id":"{{{order}}}","name":"mine"},"state":"accepted","@type":"Own","ours":{"a":1}}""",
            Without(answer.Json, "href").ToJsonString());
        var read = await _server.Server.GetAsync($"{Path}/{id}");
        Assert.Equal(answer.Json.ToJsonString(), read.Json.ToJsonString());
        Assert.Equal(answer.Headers["ETag"], read.Headers["ETag"]);
        Assert.Equal(HttpStatusCode.NotModified, (await _server.Server.SendAsync(HttpMethod.Get, $"{Path}/{id}", null, ("If-None-Match", read.Headers["ETag"]))).Status);
        var grpc = await _grpc.GetCancelServiceOrderAsync(new GetCancelServiceOrderRequest { Id = id, Fields = "state" }, cancellationToken: Cancel);
        Assert.Equal((TaskState.Accepted, false, read.Headers["ETag"]), (grpc.CancelServiceOrder.State, grpc.CancelServiceOrder.HasCancellationReason, grpc.Etag));
    }

    [Fact]
    public async Task Same_key_gives_the_first_answer_and_asks_for_nothing_more()
    {
        var (order, other) = (await PlaceAsync(), await PlaceAsync());
        var body = $$"""{"serviceOrder":{"id":"{{order}}"} }""";

        var first = await PostAsync(body, ("Idempotency-Key", "k"));
        var again = await PostAsync(body, ("Idempotency-Key", "k"));

        Assert.Equal((HttpStatusCode.Created, "true"), (again.Status, again.Headers["Idempotent-Replayed"]));
        Assert.Equal(first.Body, again.Body);
        Assert.Equal("done", again.Json["state"]!.GetValue<string>());
        (await PostAsync($$"""{"serviceOrder":{"id":"{{other}}"} }""", ("Idempotency-Key", "k"))).IsError(HttpStatusCode.UnprocessableEntity, "2");
        Assert.Equal("inProgress", (await _server.WaitForAsync(other, "inProgress"))["state"]!.GetValue<string>());
    }

    [Fact]
    public async Task Requests_are_listed_filtered_sorted_and_paged()
    {
        var orders = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            orders.Add(await PlaceAsync());
            await PostAsync($$"""{"cancellationReason":"reason {{i}}"{{(i == 2 ? """ ,"requestedCancellationDate":"2100-01-01T00:00:00Z" """ : "")}},"serviceOrder":{"id":"{{orders[i]}}"} }""");
        }

        async Task<IEnumerable<string>> ReasonsAsync(string query) =>
            (await _server.Server.GetAsync($"{Path}?{query}")).Json.AsArray().Select(task => task!["cancellationReason"]!.GetValue<string>());

        Assert.Equal(["reason 0", "reason 1"], (await ReasonsAsync("state=done")).Order());
        Assert.Equal(["reason 2"], await ReasonsAsync("state=accepted"));
        Assert.Equal(["reason 1"], await ReasonsAsync($"serviceOrder.id={orders[1]}"));
        Assert.Equal(["reason 0", "reason 1", "reason 2"], await ReasonsAsync("sort=cancellationReason"));
        Assert.Equal(["reason 1"], await ReasonsAsync("cancellationReason.regex=1$"));
        Assert.Empty(await ReasonsAsync("createdDate=2026"));
        var part = await _server.Server.GetAsync($"{Path}?limit=2&fields=state");
        Assert.Equal((HttpStatusCode.PartialContent, "3", "2"), (part.Status, part.Headers["X-Total-Count"], part.Headers["X-Result-Count"]));
        var page = await _grpc.ListCancelServiceOrdersAsync(new ListCancelServiceOrdersRequest { Limit = 2 }, cancellationToken: Cancel);
        var rest = await _grpc.ListCancelServiceOrdersAsync(new ListCancelServiceOrdersRequest { Limit = 2, PageToken = page.NextPageToken }, cancellationToken: Cancel);
        Assert.Equal(["reason 0", "reason 1", "reason 2"], page.CancelServiceOrders.Concat(rest.CancelServiceOrders).Select(task => task.CancellationReason).Order());
        Assert.Equal("", rest.NextPageToken);
    }

    [Fact]
    public async Task List_by_state_and_by_order_is_found_in_an_index()
    {
        foreach (var (filter, index) in new[] { ("", "cancel_service_order_by_date"), ("state=done", "cancel_service_order_by_state"), ("serviceOrder.id=1", "cancel_service_order_by_order") })
        {
            var query = Server.CancelServiceOrders.CancelServiceOrderRequests.Check(new ListCancelServiceOrdersRequest { Filter = filter }, Sight.All, Query.UnknownAttributes.MatchNothing);
            Assert.Contains(_server.Server.Explain<CancelServiceOrder>(query), step => step.Contains(index, StringComparison.Ordinal));
        }
        await Task.CompletedTask;
    }

    [Theory]
    [InlineData("""{"serviceOrder":{}}""", HttpStatusCode.BadRequest, "23", "/serviceOrder/id")]
    [InlineData("""{"serviceOrder":{"id":"1"},"requestedCancellationDate":"tomorrow"}""", HttpStatusCode.BadRequest, "24", "/requestedCancellationDate")]
    [InlineData("""{"serviceOrder":"1"}""", HttpStatusCode.BadRequest, "24", "/serviceOrder")]
    [InlineData("""{"serviceOrder":{"id":"1"}}""", HttpStatusCode.UnprocessableEntity, "2", "There is no service order with id '1'.")]
    [InlineData("[]", HttpStatusCode.BadRequest, "24", "")]
    [InlineData("", HttpStatusCode.BadRequest, "21", "")]
    public async Task Bad_request_is_told_what_is_wrong_where(string body, HttpStatusCode status, string code, string told)
    {
        var answer = await PostAsync(body);

        answer.IsError(status, code);
        Assert.Contains(told, answer.Body);
        Assert.Empty((await _server.Server.GetAsync(Path)).Json.AsArray());
    }

    [Fact]
    public async Task Requests_are_neither_changed_nor_deleted()
    {
        foreach (var method in new[] { HttpMethod.Patch, HttpMethod.Delete, HttpMethod.Put })
            (await _server.Server.SendAsync(method, $"{Path}/1", "{}")).IsError(HttpStatusCode.MethodNotAllowed, "61");
        var refusal = await Assert.ThrowsAsync<ServiceOrderingException>(() => _grpc.GetCancelServiceOrderAsync(new GetCancelServiceOrderRequest { Id = "1" }, cancellationToken: Cancel).ResponseAsync);
        Assert.Equal((StatusCode.NotFound, "CANCEL_SERVICE_ORDER_NOT_FOUND"), (refusal.StatusCode, refusal.Reason));
    }

    [Fact]
    public async Task Events_are_told_to_watchers_browsers_and_listeners_and_all_of_it_is_what_the_standard_says()
    {
        var document = StandardDocument.OpenOrSkip(StandardDocument.Tmf641);
        await using var listener = await Listener.StartAsync();
        await _server.Server.SubscribeAsync(listener, "eventType=CancelServiceOrderCreateEvent,CancelServiceOrderStateChangeEvent,CancelServiceOrderInformationRequiredEvent");
        using var watch = _server.Server.Events.WatchEvents(new WatchEventsRequest { EventTypes = { "CancelServiceOrderCreateEvent", "CancelServiceOrderStateChangeEvent", "CancelServiceOrderInformationRequiredEvent" } }, cancellationToken: Cancel);
        await watch.ResponseStream.MoveNext(Cancel);
        using var ask = new HttpRequestMessage(HttpMethod.Get, "/events/v1/watch?eventType.regex=%5ECancel") { Headers = { { "Accept", "text/event-stream" } } };
        using var stream = await _server.Server.Http.SendAsync(ask, HttpCompletionOption.ResponseHeadersRead, Cancel);
        Assert.Equal(HttpStatusCode.OK, stream.StatusCode);
        using var lines = new StreamReader(await stream.Content.ReadAsStreamAsync(Cancel));

        // Nothing started; all agree; one refuses, and asks for something before.
        var atOnce = await PostAsync($$"""{"cancellationReason":"1","serviceOrder":{"id":"{{await PlaceAsync()}}"} }""");
        var (agreed, refused) = (await PlaceAsync(), await PlaceAsync());
        var held = new List<Assignment>();
        while (held.Count < 2)
            held.AddRange(await _server.PollAsync(2));
        var tasks = new List<RestAnswer> { atOnce, await PostAsync($$"""{"serviceOrder":{"id":"{{agreed}}"} }"""), await PostAsync($$"""{"serviceOrder":{"id":"{{refused}}"} }""") };
        var (who, whoNot) = (held.Single(each => each.ServiceOrder.Id == agreed), held.Single(each => each.ServiceOrder.Id == refused));
        await _server.ReportAsync(whoNot, report => report.InformationRequest = new InformationRequest { FieldPath = "cancellationReason" });
        await _server.ReportAsync(whoNot, report => report.CancellationAnswer = new CancellationAnswer { Reason = "too late" });
        await _server.WaitForAsync(refused, "inProgress");
        await _server.ReportAsync(who, report => report.CancellationAnswer = new CancellationAnswer { Agreed = true });
        await _server.WaitForAsync(agreed, "pendingCancellation");
        await _server.ReportAsync(who, report => report.Cancelled = new Cancelled());

        // Three created, three begun, three decided, and one that needs information.
        var received = await listener.WaitAsync(10);
        var told = new List<string>();
        while (told.Count < 10)
        {
            await watch.ResponseStream.MoveNext(Cancel);
            if (watch.ResponseStream.Current.Event is { } happened)
                told.Add(happened.EventCase.ToString());
        }
        Assert.Equal(3, told.Count(type => type == nameof(CancelServiceOrderCreateEvent)));
        Assert.Equal(6, told.Count(type => type == nameof(CancelServiceOrderStateChangeEvent)));
        var dispatched = new List<JsonNode>();
        while (dispatched.Count < 10)
        {
            var line = await lines.ReadLineAsync(Cancel);
            Assert.NotNull(line);
            if (line.StartsWith("data: {", StringComparison.Ordinal))
                dispatched.Add(JsonNode.Parse(line["data: ".Length..])!);
        }
        Assert.Equal(received.Select(delivery => delivery.EventId), dispatched.Select(happened => happened["eventId"]!.GetValue<string>()));

        foreach (var happened in received.Select(delivery => delivery.Json).Concat(dispatched))
            document.Add(happened["eventType"]!.GetValue<string>(), happened, "event");
        tasks.ForEach(answer => document.Add("CancelServiceOrder", answer.Json, "answer of POST"));
        foreach (var task in (await _server.Server.GetAsync(Path)).Json.AsArray())
        {
            document.Add("CancelServiceOrder", task!, "element of GET");
            document.Add("CancelServiceOrder", (await _server.Server.GetAsync($"{Path}/{task!["id"]}")).Json, "answer of GET");
        }
        document.Add("Error", (await PostAsync("{}")).Json, "answer of a bad POST");
        Assert.Equal(30, await document.AssertValidAsync());
    }

    [Fact]
    public async Task Watcher_who_starts_with_what_there_is_has_the_requests_too()
    {
        var answer = await PostAsync($$"""{"serviceOrder":{"id":"{{await PlaceAsync()}}"} }""");
        using var watch = _server.Server.Events.WatchEvents(new WatchEventsRequest { IncludeSnapshot = true, EventTypes = { "CancelServiceOrderStateChangeEvent" } }, cancellationToken: Cancel);
        var found = new List<(string, TaskState)>();
        while (await watch.ResponseStream.MoveNext(Cancel) && watch.ResponseStream.Current.SnapshotComplete is null)
        {
            if (watch.ResponseStream.Current.SnapshotItem?.CancelServiceOrder is { } task)
                found.Add((task.Id, task.State));
        }
        Assert.Equal((answer.Json["id"]!.GetValue<string>(), TaskState.Done), Assert.Single(found));
    }

    private Task<string> PlaceAsync() => _server.PlaceAsync(WorkingServer.Order("", "1"));

    private Task<RestAnswer> PostAsync(string json, params (string, string)[] headers) => _server.Server.SendAsync(HttpMethod.Post, Path, json, headers);

    private static JsonNode Without(JsonNode json, string member)
    {
        var rest = json.DeepClone();
        rest.AsObject().Remove(member);
        return rest;
    }
}
