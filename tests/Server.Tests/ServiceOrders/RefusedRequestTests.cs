using System.Net;
using System.Text;

namespace ServiceOrdering.Server.Tests.ServiceOrders;

/// <summary>What is no request at all: refused with the TM Forum body, and the server goes on.</summary>
public sealed class RefusedRequestTests : IDisposable
{
    private readonly RunningServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Wrong_method_names_the_right_ones()
    {
        var answer = (await _server.SendAsync(HttpMethod.Put, RunningServer.ServiceOrderPath, "{}")).IsError(HttpStatusCode.MethodNotAllowed, "61");

        Assert.Contains("GET", answer.Headers["Allow"]);
        Assert.Contains("POST", answer.Headers["Allow"]);
    }

    [Fact]
    public async Task Unknown_route_is_not_found() =>
        (await _server.GetAsync("/tmf-api/serviceOrdering/v4/serviceOrders")).IsError(HttpStatusCode.NotFound, "60");

    [Theory]
    [InlineData("", "21")]
    [InlineData("{", "22")]
    [InlineData("not json", "22")]
    [InlineData("""{"category":"a","category":"b"}""", "22")]
    [InlineData("""{"x":{"a":1,"a":2}}""", "22")]
    [InlineData("[]", "24")]
    [InlineData("7", "24")]
    public async Task Body_that_is_no_order_is_refused(string body, string code)
    {
        (await _server.PostOrderAsync(body)).IsError(HttpStatusCode.BadRequest, code);
        await _server.PlaceOrderAsync();
    }

    [Fact]
    public async Task Nesting_of_30_levels_is_the_end()
    {
        static string Nested(int depth) => $$"""{"serviceOrderItem":[{"id":"1","action":"add","service":{} }],"x":{{new string('[', depth)}}{{new string(']', depth)}} }""";

        Assert.Equal(HttpStatusCode.Created, (await _server.PostOrderAsync(Nested(29))).Status);
        (await _server.PostOrderAsync(Nested(30))).IsError(HttpStatusCode.BadRequest, "22");
        (await _server.PostOrderAsync(Nested(100_000))).IsError(HttpStatusCode.BadRequest, "22");
        await _server.PlaceOrderAsync();
    }

    [Fact]
    public async Task Body_of_5_megabytes_is_too_large()
    {
        (await _server.PostOrderAsync($$"""{"description":"{{new string('x', 5 << 20)}}"}""")).IsError(HttpStatusCode.RequestEntityTooLarge, "29");
        await _server.PlaceOrderAsync();
    }

    [Fact]
    public async Task Bytes_that_are_no_UTF8_are_refused()
    {
        using var content = new ByteArrayContent([.. "{\"description\":\""u8, 0xC3, 0x28, .. "\"}"u8]);
        content.Headers.ContentType = new("application/json");
        using var response = await _server.Http.PostAsync(RunningServer.ServiceOrderPath, content, Cancel);

        (await RestAnswer.ReadAsync(response)).IsError(HttpStatusCode.BadRequest, "22");
        await _server.PlaceOrderAsync();
    }

    [Fact]
    public async Task Body_of_another_media_type_is_refused()
    {
        using var content = new StringContent("<order/>", Encoding.UTF8, "application/xml");
        using var response = await _server.Http.PostAsync(RunningServer.ServiceOrderPath, content, Cancel);

        (await RestAnswer.ReadAsync(response)).IsError(HttpStatusCode.UnsupportedMediaType, "65");
    }
}
