using System.Net;
using Grpc.Core;
using ServiceOrdering.Client;
using ServiceOrdering.Errors.V1;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.ServiceOrders;

public sealed class DeleteServiceOrderTests : IDisposable
{
    private readonly RunningServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Deleted_order_is_gone()
    {
        var path = $"{RunningServer.ServiceOrderPath}/{await _server.PlaceOrderAsync()}";

        var answer = await _server.SendAsync(HttpMethod.Delete, path);

        Assert.Equal((HttpStatusCode.NoContent, ""), (answer.Status, answer.Body));
        (await _server.GetAsync(path)).IsError(HttpStatusCode.NotFound, "60");
        (await _server.SendAsync(HttpMethod.Delete, path)).IsError(HttpStatusCode.NotFound, "60");
        Assert.Equal("0", (await _server.GetAsync(RunningServer.ServiceOrderPath)).Headers["X-Total-Count"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("&state=acknowledged")]
    public async Task Deleted_orders_are_not_in_the_total_of_a_page(string filter)
    {
        for (var i = 0; i < 4; i++)
            await _server.PlaceOrderAsync();
        var path = $"{RunningServer.ServiceOrderPath}/{await _server.PlaceOrderAsync()}";
        Assert.Equal("5", (await _server.GetAsync($"{RunningServer.ServiceOrderPath}?limit=2{filter}")).Headers["X-Total-Count"]);

        Assert.Equal(HttpStatusCode.NoContent, (await _server.SendAsync(HttpMethod.Delete, path)).Status);

        Assert.Equal("4", (await _server.GetAsync($"{RunningServer.ServiceOrderPath}?limit=2{filter}")).Headers["X-Total-Count"]);
    }

    [Fact]
    public async Task Order_that_was_changed_since_it_was_read_is_not_deleted()
    {
        var id = await _server.PlaceOrderAsync();

        (await _server.SendAsync(HttpMethod.Delete, $"{RunningServer.ServiceOrderPath}/{id}", null, ("If-Match", "\"7\"")))
            .IsError(HttpStatusCode.PreconditionFailed, "64");
        var error = await Assert.ThrowsAsync<ServiceOrderingException>(
            async () => await _server.ServiceOrders.DeleteServiceOrderAsync(new DeleteServiceOrderRequest { Id = id, Etag = "\"7\"" }, cancellationToken: Cancel));
        Assert.Equal(StatusCode.Aborted, error.StatusCode);

        await _server.ServiceOrders.DeleteServiceOrderAsync(new DeleteServiceOrderRequest { Id = id, Etag = "\"1\"" }, cancellationToken: Cancel);
    }

    [Fact]
    public async Task Order_in_progress_is_not_deleted()
    {
        var id = await _server.PlaceOrderAsync();
        await _server.ExecuteAsync("""update service_order set body = replace(body, '"state":"acknowledged","@type"', '"state":"inProgress","@type"') where id = @id""", new { id });

        var answer = (await _server.SendAsync(HttpMethod.Delete, $"{RunningServer.ServiceOrderPath}/{id}")).IsError(HttpStatusCode.Conflict, "62");

        Assert.Contains("inProgress", answer.Body);
        var error = await Assert.ThrowsAsync<ServiceOrderingException>(
            async () => await _server.ServiceOrders.DeleteServiceOrderAsync(new DeleteServiceOrderRequest { Id = id }, cancellationToken: Cancel));
        Assert.Equal((StatusCode.FailedPrecondition, ErrorReason.ServiceOrderNotDeletable), (error.StatusCode, error.ErrorReason));
    }
}
