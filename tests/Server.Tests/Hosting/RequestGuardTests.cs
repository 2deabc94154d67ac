using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ServiceOrdering.Server.Tests.Hosting;

/// <summary>What a browser can be made to send by a page of somebody else, and what is no proper HTTP.</summary>
public sealed class RequestGuardTests : IDisposable
{
    private readonly RunningServer _server = new(("Cors:AllowedOrigins:0", "https://desk.example"));

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData("POST", null)]
    [InlineData("POST", "text/plain")]
    [InlineData("POST", "application/x-www-form-urlencoded")]
    [InlineData("PATCH", null)]
    public async Task Body_that_is_not_said_to_be_json_is_refused(string method, string? contentType)
    {
        var path = RunningServer.ServiceOrderPath + (method == "PATCH" ? "/" + await _server.PlaceOrderAsync() : "");
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(ExampleOrders.Minimal)) };
        if (contentType is not null)
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);

        using var response = await _server.Http.SendAsync(request, Cancel);

        (await RestAnswer.ReadAsync(response)).IsError(HttpStatusCode.UnsupportedMediaType, "65");
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("null")]
    [InlineData("http://127.0.0.1:1")]
    [InlineData("http://desk.example")]
    public async Task Foreign_origin_is_refused(string origin)
    {
        (await _server.PostOrderAsync(ExampleOrders.Minimal, ("Origin", origin))).IsError(HttpStatusCode.Forbidden, "41");
        (await _server.GetAsync(RunningServer.ServiceOrderPath, ("Origin", origin))).IsError(HttpStatusCode.Forbidden, "41");
        Assert.Equal("[]", (await _server.GetAsync(RunningServer.ServiceOrderPath)).Body);
    }

    [Fact]
    public async Task Own_origin_and_one_that_is_configured_are_let_in()
    {
        var own = await _server.PostOrderAsync(ExampleOrders.Minimal, ("Origin", _server.Http.BaseAddress!.GetLeftPart(UriPartial.Authority)));
        var desk = await _server.PostOrderAsync(ExampleOrders.Minimal, ("Origin", "https://desk.example"));
        var preflight = await _server.SendAsync(HttpMethod.Options, RunningServer.ServiceOrderPath, null,
            ("Origin", "https://desk.example"), ("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "content-type"));

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (own.Status, desk.Status));
        Assert.Equal("https://desk.example", desk.Headers["Access-Control-Allow-Origin"]);
        Assert.Contains("ETag", desk.Headers["Access-Control-Expose-Headers"]);
        Assert.Equal(("https://desk.example", "content-type"), (preflight.Headers["Access-Control-Allow-Origin"], preflight.Headers["Access-Control-Allow-Headers"]));
    }

    [Theory]
    [InlineData("evil.example", false)]
    [InlineData("127.0.0.1.evil.example:5080", false)]
    [InlineData("localhost", true)]
    [InlineData("127.0.0.1:5080", true)]
    [InlineData("[::1]:5080", true)]
    public async Task Only_names_of_this_machine_lead_to_a_server_that_only_it_reaches(string host, bool isAllowed)
    {
        var answer = await _server.GetAsync(RunningServer.ServiceOrderPath, ("Host", host));

        if (isAllowed)
            Assert.Equal(HttpStatusCode.OK, answer.Status);
        else
            answer.IsError(HttpStatusCode.BadRequest, "26");
    }

    [Fact]
    public async Task Browsers_do_not_guess_what_an_answer_is()
    {
        Assert.Equal("nosniff", (await _server.GetAsync(RunningServer.ServiceOrderPath)).Headers["X-Content-Type-Options"]);
        Assert.Equal("nosniff", (await _server.GetAsync(RunningServer.ServiceOrderPath + "/none")).Headers["X-Content-Type-Options"]);
        Assert.Equal("nosniff", (await _server.GetAsync("/nowhere")).Headers["X-Content-Type-Options"]);
    }

    [Fact]
    public async Task Path_and_headers_that_are_too_large_have_an_error_body()
    {
        (await _server.GetAsync($"{RunningServer.ServiceOrderPath}?description={new string('x', 20_000)}")).IsError(HttpStatusCode.RequestUriTooLong, "28");
        (await _server.GetAsync(RunningServer.ServiceOrderPath, ("X-Large", new string('x', 40_000)))).IsError(HttpStatusCode.RequestHeaderFieldsTooLarge, "26");
    }

    [Theory]
    [InlineData("ZZ\r\n")]
    [InlineData("-1\r\n")]
    [InlineData("FFFFFFFFFF\r\n")]
    [InlineData("5\r\n{}\r\n0\r\n\r\nxx")]
    public async Task Chunks_that_are_none_are_a_bad_request(string chunks)
    {
        var answer = await SendRawAsync($"POST {RunningServer.ServiceOrderPath} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n{chunks}");

        Assert.StartsWith("HTTP/1.1 400", answer);
        Assert.Contains("BODY_MALFORMED", answer.Replace("Invalid body", "BODY_MALFORMED", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_that_does_not_come_is_timed_out()
    {
        // Kestrel waits five seconds before it measures.
        var answer = await SendRawAsync($"POST {RunningServer.ServiceOrderPath} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{");

        Assert.StartsWith("HTTP/1.1 408", answer);
        Assert.Contains("\"status\":\"408\"", answer, StringComparison.Ordinal);
    }

    private async Task<TcpClient> ConnectAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _server.Http.BaseAddress!.Port, Cancel);
        return client;
    }

    private async Task<string> SendRawAsync(string request)
    {
        using var client = await ConnectAsync();
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), Cancel);
        using var reader = new StreamReader(client.GetStream());
        return await reader.ReadToEndAsync(Cancel);
    }
}
