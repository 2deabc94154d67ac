using System.Net;
using Grpc.Core;
using ServiceOrdering.Client;
using Tmf.Common.V4;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.Errors;

/// <summary>However much is wrong with a request, what it is told stays small.</summary>
public sealed class RefusalSizeTests : IDisposable
{
    private const int MostTrailerBytes = 8 * 1024;
    private readonly RunningServer _server = new();

    public static TheoryData<string> Ids => new("1", "\u4E2D\u6587", new string('x', 1000), string.Concat(Enumerable.Repeat("\U0001F600", 250)));

    public void Dispose() => _server.Dispose();

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task Violations_fit_into_trailers_and_the_rest_is_counted(string id)
    {
        var order = new ServiceOrder();
        for (var i = 0; i < 30; i++)
            order.ServiceOrderItem.Add(new ServiceOrderItem { Id = id, Action = OrderItemAction.Add, Service = new() });
        for (var i = 0; i < 1000; i++)
            order.ServiceOrderItem.Add(new ServiceOrderItem { Id = "2", Action = OrderItemAction.Add, Service = new() });

        var refusal = await Assert.ThrowsAsync<ServiceOrderingException>(async () =>
            await _server.ServiceOrders.CreateServiceOrderAsync(new CreateServiceOrderRequest { ServiceOrder = order }, cancellationToken: Cancel));

        Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode);
        Assert.InRange(TrailerBytes(refusal), 1, MostTrailerBytes);
        Assert.NotEmpty(refusal.Violations);
        Assert.Equal(1028, refusal.Violations.Count + int.Parse(refusal.Metadata["moreViolations"]));
        Assert.EndsWith(" more.", refusal.Status.Detail);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task Text_of_the_caller_in_a_refusal_is_cut(string id)
    {
        var refusal = await Assert.ThrowsAsync<ServiceOrderingException>(async () =>
            await _server.ServiceOrders.GetServiceOrderAsync(new GetServiceOrderRequest { Id = id }, cancellationToken: Cancel));

        Assert.Equal(StatusCode.NotFound, refusal.StatusCode);
        Assert.InRange(TrailerBytes(refusal), 1, MostTrailerBytes);
    }

    [Fact]
    public async Task Rest_tells_a_hundred_violations_of_a_body_and_counts_the_rest()
    {
        var items = string.Join(',', Enumerable.Repeat("""{"id":5,"action":"nothing"}""", 200));

        var refused = (await _server.PostOrderAsync($$"""{"serviceOrderItem":[{{items}}]}""")).IsError(HttpStatusCode.BadRequest, "24");

        Assert.Equal(100, refused.Violations.Count());
        Assert.Equal(300, (int)refused.Json["moreErrors"]!);
        Assert.EndsWith("And 397 more.", (string)refused.Json["message"]!);
    }

    [Fact]
    public async Task Rest_counts_the_rest_of_what_a_service_refuses()
    {
        var refused = (await _server.PostOrderAsync(ExampleOrders.WithIds([.. Enumerable.Repeat("1", 301)]))).IsError(HttpStatusCode.BadRequest, "24");

        Assert.Equal(300, refused.Violations.Count() + (int)refused.Json["moreErrors"]!);
    }

    // As HPACK counts them.
    private static int TrailerBytes(RpcException refusal) => refusal.Trailers.Sum(entry =>
        32 + entry.Key.Length + (entry.IsBinary ? (entry.ValueBytes.Length + 2) / 3 * 4 : entry.Value.Length)) + Uri.EscapeDataString(refusal.Status.Detail).Length;
}
