using System.Net;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Reflection.V1;
using Microsoft.Extensions.Hosting;
using ServiceOrdering.Events.V1;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace ServiceOrdering.Server.Tests.Hosting;

/// <summary>What generic tools ask: gRPC reflection and health, and HTTP probes.</summary>
public sealed class DiscoveryTests : IDisposable
{
    private static readonly string[] Services =
    [
        "onap.nbi.v4.HubService",
        "onap.nbi.v4.ServiceOrderService",
        "serviceordering.events.v1.EventDeliveryService",
        "serviceordering.events.v1.EventService",
        "serviceordering.events.v1.EventSubscriptionService",
        "serviceordering.fulfillment.v1.FalloutService",
        "serviceordering.fulfillment.v1.FulfillmentService",
        "serviceordering.fulfillment.v1.JobService",
        "serviceordering.inventory.v1.ServiceTopologyService",
        "serviceordering.security.v1.ApiKeyService",
        "tmf.serviceinventory.v5.ServiceService",
        "tmf.serviceordering.v4.CancelServiceOrderService",
        "tmf.serviceordering.v4.ServiceOrderService",
    ];

    private readonly RunningServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Every_service_is_listed_once()
    {
        var listed = (await AskAsync(new ServerReflectionRequest { ListServices = "" })).ListServicesResponse.Service.Select(service => service.Name).ToList();

        Assert.Equal([.. Services, "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"], listed.Order(OwnFirst));
        Assert.Equal(Services, listed.Where(name => !name.StartsWith("grpc.", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("tmf.serviceordering.v4.ServiceOrderService", "tmf/serviceordering/v4/service_order_service.proto")]
    [InlineData("tmf.serviceordering.v4.ServiceOrderItem", "tmf/serviceordering/v4/service_order.proto")]
    [InlineData("google.rpc.ErrorInfo", "google/rpc/error_details.proto")]
    [InlineData("google.rpc.BadRequest", "google/rpc/error_details.proto")]
    [InlineData("google.rpc.RetryInfo", "google/rpc/error_details.proto")]
    public async Task A_symbol_leads_to_its_file(string symbol, string file)
    {
        var answer = await AskAsync(new ServerReflectionRequest { FileContainingSymbol = symbol });

        Assert.Contains(file, answer.FileDescriptorResponse.FileDescriptorProto.Select(bytes => FileDescriptorProto.Parser.ParseFrom(bytes).Name));
    }

    [Fact]
    public async Task A_symbol_that_is_unknown_is_not_found() => Assert.Equal(
        (int)StatusCode.NotFound, (await AskAsync(new ServerReflectionRequest { FileContainingSymbol = "tmf.Unknown" })).ErrorResponse.ErrorCode);

    [Fact]
    public async Task Every_service_is_serving_by_name_and_so_is_the_server()
    {
        foreach (var service in Services.Prepend(""))
            Assert.Equal(ServingStatus.Serving, (await Health.CheckAsync(new HealthCheckRequest { Service = service }, cancellationToken: Cancel)).Status);
        var error = await Assert.ThrowsAsync<Client.ServiceOrderingException>(async () => await Health.CheckAsync(new HealthCheckRequest { Service = "unknown" }, cancellationToken: Cancel));
        Assert.Equal(StatusCode.NotFound, error.StatusCode);
    }

    [Fact]
    public async Task A_server_that_drains_is_not_serving()
    {
        // A watch keeps the server from closing the connection while it is asked.
        using var watch = _server.Events.WatchEvents(new WatchEventsRequest(), cancellationToken: Cancel);
        await watch.ResponseStream.MoveNext(Cancel);
        using var health = Health.Watch(new HealthCheckRequest { Service = Services[0] }, cancellationToken: Cancel);
        await health.ResponseStream.MoveNext(Cancel);
        Assert.Equal(ServingStatus.Serving, health.ResponseStream.Current.Status);

        _server.Service<IHostApplicationLifetime>().StopApplication();

        Assert.True(await health.ResponseStream.MoveNext(Cancel));
        Assert.Equal(ServingStatus.NotServing, health.ResponseStream.Current.Status);
        Assert.False(await health.ResponseStream.MoveNext(Cancel));
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    [InlineData("/health/startup")]
    public async Task Probes_are_answered_over_http(string path) => Assert.Equal(HttpStatusCode.OK, (await _server.Http.GetAsync(path, Cancel)).StatusCode);

    private Health.HealthClient Health => new(_server.Client.CallInvoker);

    private static Comparer<string> OwnFirst { get; } = Comparer<string>.Create((one, other) =>
        (one.StartsWith("grpc.", StringComparison.Ordinal), one).CompareTo((other.StartsWith("grpc.", StringComparison.Ordinal), other)));

    private async Task<ServerReflectionResponse> AskAsync(ServerReflectionRequest request)
    {
        using var call = new ServerReflection.ServerReflectionClient(_server.Client.CallInvoker).ServerReflectionInfo(cancellationToken: Cancel);
        await call.RequestStream.WriteAsync(request, Cancel);
        Assert.True(await call.ResponseStream.MoveNext(Cancel));
        return call.ResponseStream.Current;
    }
}
