using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Compression;
using ServiceOrdering.Client;
using ServiceOrdering.Events.V1;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.Hosting;

/// <summary>What gRPC promises beyond messages, on the real server: deadlines, cancellation, metadata, compression, limits.</summary>
public sealed class GrpcTests : IDisposable
{
    private readonly RunningServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task A_deadline_ends_a_stream()
    {
        using var watch = _server.Events.WatchEvents(new WatchEventsRequest(), deadline: DateTime.UtcNow.AddMilliseconds(200), cancellationToken: Cancel);

        var error = await Assert.ThrowsAsync<ServiceOrderingException>(async () =>
        {
            while (await watch.ResponseStream.MoveNext(Cancel))
            {
            }
        });

        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
    }

    [Fact]
    public async Task A_caller_who_leaves_ends_the_method()
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        using var watch = _server.Events.WatchEvents(new WatchEventsRequest(), cancellationToken: leaving.Token);
        await watch.ResponseStream.MoveNext(Cancel);

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watch.ResponseStream.MoveNext(Cancel));
    }

    [Fact]
    public async Task Metadata_reaches_the_server()
    {
        using var watch = _server.Events.WatchEvents(new WatchEventsRequest(), cancellationToken: Cancel);
        await watch.ResponseStream.MoveNext(Cancel);

        await _server.ServiceOrders.CreateServiceOrderAsync(Order(), new Metadata { { "x-correlation-id", "c-1" } }, cancellationToken: Cancel);

        await watch.ResponseStream.MoveNext(Cancel);
        Assert.Equal("c-1", watch.ResponseStream.Current.Event.ServiceOrderCreateEvent.CorrelationId);
    }

    [Fact]
    public async Task A_compressed_request_is_read()
    {
        using var channel = GrpcChannel.ForAddress(_server.GrpcAddress, new GrpcChannelOptions { CompressionProviders = [new GzipCompressionProvider(System.IO.Compression.CompressionLevel.Fastest)] });
        var order = Order();
        order.ServiceOrder.Description = new string('x', 100_000);

        var created = await new ServiceOrderService.ServiceOrderServiceClient(channel)
            .CreateServiceOrderAsync(order, new Metadata { { "grpc-internal-encoding-request", "gzip" } }, cancellationToken: Cancel);

        Assert.Equal(order.ServiceOrder.Description, created.ServiceOrder.Description);
    }

    [Fact]
    public async Task A_message_beyond_the_limit_is_refused()
    {
        var order = Order();
        order.ServiceOrder.Description = new string('x', 5_000_000);

        var error = await Assert.ThrowsAsync<ServiceOrderingException>(async () => await _server.ServiceOrders.CreateServiceOrderAsync(order, cancellationToken: Cancel));

        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
    }

    [Fact]
    public async Task A_refusal_carries_its_details_as_google_rpc_has_them()
    {
        using var channel = GrpcChannel.ForAddress(_server.GrpcAddress);

        var error = await Assert.ThrowsAsync<RpcException>(async () => await new ServiceOrderService.ServiceOrderServiceClient(channel)
            .CreateServiceOrderAsync(new CreateServiceOrderRequest { ServiceOrder = new ServiceOrder() }, cancellationToken: Cancel));

        var status = error.GetRpcStatus()!;
        Assert.Equal((StatusCode.InvalidArgument, (int)StatusCode.InvalidArgument), (error.StatusCode, status.Code));
        Assert.Equal(("REQUEST_INVALID", "serviceordering"), (status.GetDetail<Google.Rpc.ErrorInfo>().Reason, status.GetDetail<Google.Rpc.ErrorInfo>().Domain));
        var violation = Assert.Single(status.GetDetail<Google.Rpc.BadRequest>().FieldViolations);
        Assert.Equal(("service_order.service_order_item", "FIELD_MISSING"), (violation.Field, violation.Reason));
    }

    private static CreateServiceOrderRequest Order() => new()
    {
        ServiceOrder = new ServiceOrder { ServiceOrderItem = { new ServiceOrderItem { Id = "1", Action = Tmf.Common.V4.OrderItemAction.Add, Service = new() } } },
    };
}
