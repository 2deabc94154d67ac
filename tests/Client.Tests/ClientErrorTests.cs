using Grpc.Core;
using ServiceOrdering.Errors.V1;
using Tmf.Common.V4;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Client.Tests;

public sealed class ClientErrorTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create(bytes => bytes, bytes => bytes);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_unknown_order_is_told_by_reason_and_id()
    {
        await using var client = server.Connect();

        var request = new GetServiceOrderRequest { Id = "nowhere" };
        var error = await Assert.ThrowsAsync<ServiceOrderingException>(async () =>
            await client.ServiceOrders.GetServiceOrderAsync(request, cancellationToken: Token));

        Assert.Equal(StatusCode.NotFound, error.StatusCode);
        Assert.Equal("SERVICE_ORDER_NOT_FOUND", error.Reason);
        Assert.Equal(ErrorReason.ServiceOrderNotFound, error.ErrorReason);
        Assert.Equal("nowhere", error.Metadata["id"]);
        Assert.Contains("'nowhere'", error.Message);
        Assert.Empty(error.Violations);
    }

    [Fact]
    public async Task Every_violation_of_a_request_is_told_at_once()
    {
        await using var client = server.Connect();
        var request = Orders.Minimal();
        request.ServiceOrder.Note.Add(new Note { Author = "nobody" });
        request.ServiceOrder.ServiceOrderItem.Add(request.ServiceOrder.ServiceOrderItem[0].Clone());

        var error = await Assert.ThrowsAsync<ServiceOrderingException>(async () =>
            await client.ServiceOrders.CreateServiceOrderAsync(request, cancellationToken: Token));

        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.Equal(ErrorReason.RequestInvalid, error.ErrorReason);
        Assert.Equal(
            [
                ("service_order.note[0].text", ErrorReason.FieldMissing),
                ("service_order.service_order_item[1].id", ErrorReason.ServiceOrderItemDuplicate),
            ],
            error.Violations.Select(violation => (violation.Field, violation.ErrorReason)));
        Assert.All(error.Violations, violation => Assert.NotEmpty(violation.Message));
    }

    [Fact]
    public void A_blocking_call_fails_as_an_asynchronous_one()
    {
        using var client = server.Connect();

        var error = Assert.Throws<ServiceOrderingException>(() =>
            client.ServiceOrders.GetServiceOrder(new GetServiceOrderRequest { Id = "nowhere" }, cancellationToken: Token));

        Assert.Equal(ErrorReason.ServiceOrderNotFound, error.ErrorReason);
    }

    [Fact]
    public async Task A_refused_stream_fails_when_it_is_read()
    {
        await using var client = server.Connect();

        var calls = client.CallInvoker;
        using var down = calls.AsyncServerStreamingCall(Unknown(MethodType.ServerStreaming), null, CallOf(Token), []);
        using var duplex = calls.AsyncDuplexStreamingCall(Unknown(MethodType.DuplexStreaming), null, CallOf(Token));
        var failures = new[]
        {
            await Assert.ThrowsAsync<ServiceOrderingException>(() => down.ResponseStream.MoveNext(Token)),
            await Assert.ThrowsAsync<ServiceOrderingException>(() => duplex.ResponseStream.MoveNext(Token)),
        };

        Assert.All(failures, failure => Assert.Equal(StatusCode.Unimplemented, failure.StatusCode));
        Assert.Equal(StatusCode.Unimplemented, down.GetStatus().StatusCode);
    }

    [Fact]
    public async Task A_refused_upload_fails_when_its_answer_is_awaited()
    {
        await using var client = server.Connect();

        using var up = client.CallInvoker.AsyncClientStreamingCall(Unknown(MethodType.ClientStreaming), null, CallOf(Token));
        var failure = await Assert.ThrowsAsync<ServiceOrderingException>(() => up.ResponseAsync);

        Assert.Equal(StatusCode.Unimplemented, failure.StatusCode);
        await Assert.ThrowsAsync<ServiceOrderingException>(() => up.RequestStream.WriteAsync([1], Token));
    }

    private static Method<byte[], byte[]> Unknown(MethodType type) => new(type, "no.such.Service", "Call", Bytes, Bytes);

    private static CallOptions CallOf(CancellationToken cancellationToken) => new(cancellationToken: cancellationToken);
}
