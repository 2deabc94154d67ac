using Grpc.Core;
using Grpc.Health.V1;
using ServiceOrdering.Server.Hosting.Grpc;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace Grpc.Tests;

public class HealthTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Server_serves_from_the_start()
    {
        await using var server = await StartAsync();

        Assert.Equal(ServingStatus.Serving, await CheckAsync(server, ""));
    }

    [Fact]
    public async Task Service_has_the_status_that_was_set_last()
    {
        await using var server = await StartAsync();
        var statuses = server.Services.GetRequiredService<HealthStatuses>();

        statuses.SetServing("orders");
        Assert.Equal(ServingStatus.Serving, await CheckAsync(server, "orders"));
        statuses.SetNotServing("orders");
        Assert.Equal(ServingStatus.NotServing, await CheckAsync(server, "orders"));
        Assert.Equal(ServingStatus.Serving, await CheckAsync(server, ""));
    }

    [Fact]
    public async Task Service_without_a_status_is_not_found()
    {
        await using var server = await StartAsync();

        var error = await Assert.ThrowsAsync<RpcException>(() => CheckAsync(server, "orders"));

        Assert.Equal(StatusCode.NotFound, error.StatusCode);
    }

    [Fact]
    public async Task List_gives_every_known_status()
    {
        await using var server = await StartAsync();
        server.Services.GetRequiredService<HealthStatuses>().SetNotServing("orders");

        var response = await new Health.V1.Health.HealthClient(server.Channel).ListAsync(
            new HealthListRequest(), cancellationToken: Token);

        Assert.Equal(
            [("", ServingStatus.Serving), ("orders", ServingStatus.NotServing)],
            response.Statuses.Select(entry => (entry.Key, entry.Value.Status)).Order());
    }

    [Fact]
    public async Task Watch_gives_the_status_now_and_each_change_until_the_server_stops()
    {
        await using var server = await StartAsync();
        var statuses = server.Services.GetRequiredService<HealthStatuses>();
        using var call = Watch(server, "orders");

        Assert.Equal(ServingStatus.ServiceUnknown, await NextAsync(call));
        statuses.SetServing("orders");
        Assert.Equal(ServingStatus.Serving, await NextAsync(call));
        statuses.SetServing("orders");
        statuses.SetServing("others");
        var next = NextAsync(call);
        var stopped = server.StopAsync();
        Assert.Equal(ServingStatus.NotServing, await next);
        var error = await Assert.ThrowsAsync<RpcException>(() => NextAsync(call));

        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        Assert.Equal("The server is stopping.", error.Status.Detail);
        await stopped;
    }

    [Fact]
    public async Task Every_watcher_sees_a_change()
    {
        await using var server = await StartAsync();
        using var first = Watch(server, "");
        using var second = Watch(server, "");
        Assert.Equal(ServingStatus.Serving, await NextAsync(first));
        Assert.Equal(ServingStatus.Serving, await NextAsync(second));

        server.Services.GetRequiredService<HealthStatuses>().SetNotServing();

        Assert.Equal(ServingStatus.NotServing, await NextAsync(first));
        Assert.Equal(ServingStatus.NotServing, await NextAsync(second));
    }

    [Fact]
    public async Task Status_cannot_be_set_once_the_application_stops()
    {
        await using var server = await StartAsync();
        var statuses = server.Services.GetRequiredService<HealthStatuses>();

        await server.StopAsync();
        statuses.SetServing();

        Assert.Equal(ServingStatus.NotServing, statuses.All[""]);
    }

    private static Task<TestServer> StartAsync() => TestServer.StartAsync(
        services => services.AddGrpcHealth().AddGrpc(), application => application.MapGrpcHealth());

    private static async Task<ServingStatus> CheckAsync(TestServer server, string service) =>
        (await new Health.V1.Health.HealthClient(server.Channel).CheckAsync(
            new HealthCheckRequest { Service = service }, cancellationToken: Token)).Status;

    private static AsyncServerStreamingCall<HealthCheckResponse> Watch(TestServer server, string service) =>
        new Health.V1.Health.HealthClient(server.Channel).Watch(
            new HealthCheckRequest { Service = service }, cancellationToken: Token);

    private static async Task<ServingStatus> NextAsync(AsyncServerStreamingCall<HealthCheckResponse> call)
    {
        Assert.True(await call.ResponseStream.MoveNext(Token));
        return call.ResponseStream.Current.Status;
    }
}
