using System.Net;

namespace ServiceOrdering.Server.Tests.Errors;

public sealed class ReferenceErrorTests
{
    [Fact]
    public async Task Error_refers_to_the_section_of_its_reason_where_the_document_is_published()
    {
        using var server = new RunningServer(("Errors:Documentation", "https://docs.example/errors.md"));

        Assert.Equal("https://docs.example/errors.md#service_order_not_found", (string?)(await server.GetAsync($"{RunningServer.ServiceOrderPath}/x")).IsError(HttpStatusCode.NotFound, "60").Json["referenceError"]);
        Assert.Equal("https://docs.example/errors.md#query_invalid", (string?)(await server.GetAsync($"{RunningServer.ServiceOrderPath}?sort=x")).IsError(HttpStatusCode.BadRequest, "28").Json["referenceError"]);
        Assert.Equal("https://docs.example/errors.md#route_not_found", (string?)(await server.GetAsync("/tmf-api/nothing")).IsError(HttpStatusCode.NotFound, "60").Json["referenceError"]);
    }

    [Fact]
    public async Task Error_refers_to_nothing_where_nobody_has_said_where()
    {
        using var server = new RunningServer();

        Assert.Null((await server.GetAsync($"{RunningServer.ServiceOrderPath}/x")).Json["referenceError"]);
    }

    [Fact]
    public async Task Range_beyond_the_last_order_is_an_error_like_any_other()
    {
        using var server = new RunningServer();
        for (var i = 0; i < 3; i++)
            await server.PlaceOrderAsync();

        var page = await server.GetAsync(RunningServer.ServiceOrderPath, ("Range", "items=0-1"));
        var beyond = (await server.GetAsync(RunningServer.ServiceOrderPath, ("Range", "items=3-9"))).IsError(HttpStatusCode.RequestedRangeNotSatisfiable, "26");
        var bad = (await server.GetAsync(RunningServer.ServiceOrderPath, ("Range", "items=x"))).IsError(HttpStatusCode.BadRequest, "26");

        Assert.Equal((HttpStatusCode.PartialContent, "items 0-1/3"), (page.Status, page.Headers["Content-Range"]));
        Assert.Equal("items */3", beyond.Headers["Content-Range"]);
        Assert.Equal(("Range", "HEADER_INVALID"), Assert.Single(bad.Violations));
    }
}
