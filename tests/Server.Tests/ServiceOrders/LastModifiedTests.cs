using System.Net;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.ServiceOrders;

public sealed class LastModifiedTests : IDisposable
{
    private const string Created = "Thu, 15 Jan 2026 08:00:00 GMT";
    private const string Changed = "Thu, 15 Jan 2026 08:00:10 GMT";
    private readonly ManualTime _time = new(new DateTimeOffset(2026, 1, 15, 8, 0, 0, 500, TimeSpan.Zero));
    private readonly RunningServer _server;

    public LastModifiedTests() => _server = new RunningServer(_time);

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Every_answer_with_one_resource_says_when_it_was_changed_last()
    {
        var posted = await _server.PostOrderAsync(ExampleOrders.Minimal);
        var path = $"{RunningServer.ServiceOrderPath}/{posted.Json["id"]}";
        var read = await _server.GetAsync(path);
        _time.Now += TimeSpan.FromSeconds(10);
        var patched = await _server.SendAsync(HttpMethod.Patch, path, """{"description":"x"}""");
        _time.Now += TimeSpan.FromSeconds(10);

        Assert.Equal((Created, Created, Changed), (posted.Headers["Last-Modified"], read.Headers["Last-Modified"], patched.Headers["Last-Modified"]));
        Assert.Equal(Changed, (await _server.GetAsync(path)).Headers["Last-Modified"]);
        Assert.Equal(Changed, (await _server.GetAsync(path + "?fields=state")).Headers["Last-Modified"]);
        var overGrpc = await _server.ServiceOrders.GetServiceOrderAsync(new GetServiceOrderRequest { Id = (string)posted.Json["id"]! }, cancellationToken: Cancel);
        Assert.Equal(new DateTime(2026, 1, 15, 8, 0, 10, 500), overGrpc.LastModified.ToDateTime());
    }

    [Fact]
    public async Task What_was_not_changed_since_is_a_304_unless_an_entity_tag_says_otherwise()
    {
        var path = $"{RunningServer.ServiceOrderPath}/{await _server.PlaceOrderAsync()}";
        var before = "Thu, 15 Jan 2026 07:59:59 GMT";

        var unchanged = await _server.GetAsync(path, ("If-Modified-Since", Created));
        Assert.Equal((HttpStatusCode.NotModified, ""), (unchanged.Status, unchanged.Body));
        Assert.Equal(HttpStatusCode.NotModified, (await _server.GetAsync(path, ("If-Modified-Since", Changed))).Status);
        Assert.Equal(HttpStatusCode.OK, (await _server.GetAsync(path, ("If-Modified-Since", before))).Status);
        Assert.Equal(HttpStatusCode.OK, (await _server.GetAsync(path, ("If-Modified-Since", "yesterday"))).Status);
        Assert.Equal(HttpStatusCode.OK, (await _server.GetAsync(path, ("If-Modified-Since", Created), ("If-None-Match", "\"9\""))).Status);
        Assert.Equal(HttpStatusCode.NotModified, (await _server.GetAsync(path, ("If-Modified-Since", before), ("If-None-Match", "\"1\""))).Status);
    }

    [Fact]
    public async Task Order_of_a_version_that_did_not_keep_it_has_none_until_it_is_changed()
    {
        var path = $"{RunningServer.ServiceOrderPath}/{await _server.PlaceOrderAsync()}";
        await _server.ExecuteAsync("update service_order set changed = null");

        Assert.False((await _server.GetAsync(path, ("If-Modified-Since", Created))).Headers.ContainsKey("Last-Modified"));
        Assert.Equal(Created, (await _server.SendAsync(HttpMethod.Patch, path, """{"description":"x"}""")).Headers["Last-Modified"]);
    }
}
