using System.Net;
using System.Text;
using Grpc.Core;
using ServiceOrdering.Client;
using ServiceOrdering.Errors.V1;
using Tmf.Common.V4;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.ServiceOrders;

/// <summary>A request that is sent twice is carried out once.</summary>
public sealed class IdempotencyTests : IDisposable
{
    private const string Key = "Idempotency-Key";
    private readonly ManualTime _time = new(new DateTimeOffset(2026, 1, 15, 8, 0, 0, TimeSpan.Zero));
    private readonly RunningServer _server;

    public IdempotencyTests() => _server = new RunningServer(_time);

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Same_key_and_body_give_the_first_answer_again()
    {
        var first = await _server.PostOrderAsync(ExampleOrders.Fiber, (Key, "a"));
        _time.Now = _time.Now.AddHours(1);
        var second = await _server.PostOrderAsync(ExampleOrders.Fiber, (Key, "a"));

        Assert.Equal((HttpStatusCode.Created, first.Body), (second.Status, second.Body));
        Assert.Equal("true", second.Headers["Idempotent-Replayed"]);
        Assert.False(first.Headers.ContainsKey("Idempotent-Replayed"));
        Assert.Equal(first.Headers["Location"], second.Headers["Location"]);
        Assert.Equal(first.Headers["ETag"], second.Headers["ETag"]);
        await AssertOrdersAsync(1);
    }

    [Fact]
    public async Task First_answer_comes_again_even_after_the_order_has_changed_or_gone()
    {
        var first = await _server.PostOrderAsync(ExampleOrders.Minimal, (Key, "a"));
        await _server.SendAsync(HttpMethod.Patch, first.Headers["Location"], """{"description":"changed"}""");
        Assert.Equal(first.Body, (await _server.PostOrderAsync(ExampleOrders.Minimal, (Key, "a"))).Body);

        await _server.SendAsync(HttpMethod.Delete, first.Headers["Location"]);
        Assert.Equal(first.Body, (await _server.PostOrderAsync(ExampleOrders.Minimal, (Key, "a"))).Body);
        await AssertOrdersAsync(0);
    }

    [Fact]
    public async Task Same_key_with_another_body_is_a_422()
    {
        await _server.PostOrderAsync(ExampleOrders.Minimal, (Key, "a"));

        (await _server.PostOrderAsync(ExampleOrders.Fiber, (Key, "a"))).IsError(HttpStatusCode.UnprocessableEntity, "2");
        await AssertOrdersAsync(1);
    }

    [Fact]
    public async Task Other_keys_and_none_make_orders_of_their_own()
    {
        await _server.PostOrderAsync(ExampleOrders.Minimal, (Key, "a"));
        await _server.PostOrderAsync(ExampleOrders.Minimal, (Key, "b"));
        await _server.PostOrderAsync(ExampleOrders.Minimal);
        await _server.PostOrderAsync(ExampleOrders.Minimal);

        await AssertOrdersAsync(4);
    }

    [Fact]
    public async Task Concurrent_equal_requests_make_one_order()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => _server.PostOrderAsync(ExampleOrders.Fiber, (Key, "a"))));

        Assert.All(answers, answer => Assert.Equal((HttpStatusCode.Created, answers[0].Body), (answer.Status, answer.Body)));
        Assert.Single(answers, answer => !answer.Headers.ContainsKey("Idempotent-Replayed"));
        await AssertOrdersAsync(1);
    }

    [Fact]
    public async Task Key_is_the_same_over_REST_and_gRPC()
    {
        var overRest = await _server.PostOrderAsync(ExampleOrders.Minimal, (Key, "a"));

        var overGrpc = await CreateAsync("1", "a");
        var error = await Assert.ThrowsAsync<ServiceOrderingException>(() => CreateAsync("other", "a"));

        Assert.True(overGrpc.Replayed);
        Assert.Equal((string?)overRest.Json["id"], overGrpc.ServiceOrder.Id);
        Assert.Equal((StatusCode.FailedPrecondition, ErrorReason.RequestIdReused), (error.StatusCode, error.ErrorReason));
    }

    [Fact]
    public async Task Refused_request_does_not_use_up_its_key()
    {
        (await _server.PostOrderAsync("""{"serviceOrderItem":[]}""", (Key, "a"))).IsError(HttpStatusCode.BadRequest, "23");
        var dangling = ExampleOrders.WithItems(
            """{"id":"1","action":"add","service":{},"serviceOrderItemRelationship":[{"relationshipType":"dependency","orderItem":{"itemId":"1","serviceOrderId":"nowhere"}}]}""");
        (await _server.PostOrderAsync(dangling, (Key, "a"))).IsError(HttpStatusCode.BadRequest, "24");

        Assert.Equal(HttpStatusCode.Created, (await _server.PostOrderAsync(ExampleOrders.Minimal, (Key, "a"))).Status);
    }

    [Fact]
    public async Task Key_is_kept_for_24_hours_and_then_forgotten()
    {
        var first = await _server.PostOrderAsync(ExampleOrders.Minimal, (Key, "a"));

        _time.Now = _time.Now.AddHours(24);
        var within = await _server.PostOrderAsync(ExampleOrders.Minimal, (Key, "a"));
        _time.Now = _time.Now.AddMilliseconds(1);
        var after = await _server.PostOrderAsync(ExampleOrders.Fiber, (Key, "a"));

        Assert.Equal(first.Body, within.Body);
        Assert.Equal(HttpStatusCode.Created, after.Status);
        Assert.False(after.Headers.ContainsKey("Idempotent-Replayed"));
        await AssertOrdersAsync(2);
    }

    [Fact]
    public async Task Key_of_more_than_255_characters_is_refused()
    {
        var answer = (await _server.PostOrderAsync(ExampleOrders.Minimal, (Key, new string('x', 256)))).IsError(HttpStatusCode.BadRequest, "26");

        Assert.Equal([(Key, "HEADER_INVALID")], answer.Violations);
        Assert.Equal(HttpStatusCode.Created, (await _server.PostOrderAsync(ExampleOrders.Minimal, (Key, new string('x', 255)))).Status);
    }

    [Fact]
    public async Task Key_survives_a_restart()
    {
        using var database = new TestDatabase();
        var answers = new List<(string Body, bool Replayed)>();
        for (var life = 0; life < 2; life++)
        {
            using var server = await ServerProcess.StartAsync(database, Cancel);
            using var http = new HttpClient { BaseAddress = server.Rest };
            using var request = new HttpRequestMessage(HttpMethod.Post, RunningServer.ServiceOrderPath + "?fields=none")
            {
                Content = new StringContent(ExampleOrders.Minimal, Encoding.UTF8, "application/json"),
                Headers = { { Key, "a" } },
            };
            using var response = await http.SendAsync(request, Cancel);
            var answer = await RestAnswer.ReadAsync(response);
            answers.Add(((string)answer.Json["id"]!, answer.Headers.ContainsKey("Idempotent-Replayed")));
            Assert.Equal(0, await server.StopAsync(Cancel));
        }
        Assert.Equal([(answers[0].Body, false), (answers[0].Body, true)], answers);
    }

    private async Task<CreateServiceOrderResponse> CreateAsync(string itemId, string requestId) => await _server.ServiceOrders.CreateServiceOrderAsync(
        new CreateServiceOrderRequest
        {
            RequestId = requestId,
            ServiceOrder = new ServiceOrder { ServiceOrderItem = { new ServiceOrderItem { Id = itemId, Action = OrderItemAction.Add, Service = new() } } },
        },
        cancellationToken: Cancel);

    private async Task AssertOrdersAsync(int count) =>
        Assert.Equal($"{count}", (await _server.GetAsync(RunningServer.ServiceOrderPath)).Headers["X-Total-Count"]);
}
