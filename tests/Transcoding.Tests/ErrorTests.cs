using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Transcoding.Tests;

public sealed class ErrorTests(LibraryFixture library) : IClassFixture<LibraryFixture>
{
    private readonly HttpClient _client = library.Client;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Task<HttpResponseMessage> FailAsync(string how) => _client.SendAsync(HttpMethod.Post, "/library/v1/fail/" + how, Http.Json("{}"));

    [Fact]
    public async Task A_refusal_with_details_keeps_reason_domain_facts_and_violations_at_their_places_in_the_request()
    {
        var response = await FailAsync("details");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(2), response.Headers.RetryAfter!.Delta);
        Assert.Equal(
            """{"code":"BOOK_BAD","domain":"library","status":422,"message":"Wrong.","facts":"book=1","errors":["Body /author/1/birthPlace FORBIDDEN","Body /shelf FORBIDDEN","Body /a.b~1c/x FORBIDDEN","Body /@type FORBIDDEN","Path how FORBIDDEN","Query fields FORBIDDEN"]}""",
            await response.Content.ReadAsStringAsync(Cancellation));
    }

    [Theory]
    [InlineData("plain", HttpStatusCode.TooManyRequests, "RESOURCE_EXHAUSTED", "Too many.")]
    [InlineData("status", HttpStatusCode.NotFound, "NOT_FOUND", "No such book.")]
    public async Task A_refusal_without_details_has_the_customary_status(string how, HttpStatusCode status, string code, string message)
    {
        var response = await FailAsync(how);

        Assert.Equal(status, response.StatusCode);
        var body = (await response.JsonAsync())!;
        Assert.Equal((code, message), (body["code"]!.GetValue<string>(), body["message"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData("bug")]
    [InlineData("bad-response")]
    public async Task What_was_not_foreseen_is_logged_once_and_answered_with_a_fixed_text(string how)
    {
        await using var server = await LibraryServer.StartAsync();

        var response = await server.Client.SendAsync(HttpMethod.Post, "/library/v1/fail/" + how, Http.Json("{}"));

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        var body = (await response.JsonAsync())!;
        Assert.Equal(("INTERNAL", "The server failed."), (body["code"]!.GetValue<string>(), body["message"]!.GetValue<string>()));
        Assert.Contains("/library.v1.LibraryService/Fail failed.", Assert.Single(server.Log.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_route_has_the_error_body_of_its_prefix()
    {
        var response = await _client.SendAsync(HttpMethod.Get, "/library/v1/shop");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("application/json; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Equal("ROUTE_NOT_FOUND", (await response.JsonAsync())!["reason"]!.GetValue<string>());
    }

    [Fact]
    public async Task An_unknown_route_under_no_prefix_stays_as_it_is()
    {
        var response = await _client.SendAsync(HttpMethod.Get, "/shop");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(Cancellation));
    }

    [Fact]
    public async Task A_wrong_method_has_an_error_body_and_the_right_methods()
    {
        var response = await _client.SendAsync(HttpMethod.Put, "/library/v1/call");

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal(["GET", "HEAD", "OPTIONS"], response.Content.Headers.Allow.Order());
        Assert.Equal("METHOD_NOT_ALLOWED", (await response.JsonAsync())!["reason"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_method_without_a_rule_is_not_routed() =>
        Assert.Equal(HttpStatusCode.NotFound, (await _client.SendAsync(HttpMethod.Get, "/library/v1/ping")).StatusCode);

    [Fact]
    public async Task A_head_request_that_fails_has_no_body()
    {
        var response = await _client.SendAsync(HttpMethod.Head, "/library/v1/search/A1?colour=red");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(Cancellation));
    }

    [Fact]
    public async Task A_route_without_an_error_shape_answers_like_a_grpc_status()
    {
        var response = await _client.SendAsync(HttpMethod.Get, "/desk/v1/book/5?colour=red");

        Assert.Equal(
            """{"code":3,"message":"colour: There is no such parameter. This operation takes no query parameters.","reason":"REQUEST_INVALID","violations":[{"query":"colour","reason":"QUERY_INVALID","message":"There is no such parameter. This operation takes no query parameters."}]}""",
            await response.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task A_fault_of_other_middleware_is_logged_and_answered_with_a_fixed_text()
    {
        await using var server = await LibraryServer.StartAsync();

        var response = await server.Client.SendAsync(HttpMethod.Get, "/library/v1/book/5", null, ("X-Fault", "secret"));

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal("INTERNAL", (await response.JsonAsync())!["reason"]!.GetValue<string>());
        Assert.Single(server.Log.Errors);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_beyond_the_limit_is_413_and_the_connection_goes_on(bool hasLength)
    {
        using var content = hasLength ? Large() : new StreamContent(new MemoryStream(new byte[LibraryServer.MaxBody * 2]));
        if (!hasLength)
        {
            content.Headers.ContentType = new("application/json");
        }

        var request = new HttpRequestMessage(HttpMethod.Post, "/library/v1/book") { Content = content };
        request.Headers.TransferEncodingChunked = hasLength ? null : true;
        var response = await _client.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Equal("REQUEST_TOO_LARGE", (await response.JsonAsync())!["reason"]!.GetValue<string>());
        Assert.Equal(HttpStatusCode.OK, (await _client.SendAsync(HttpMethod.Get, "/library/v1/book/5")).StatusCode);

        static HttpContent Large() => Http.Json(new string(' ', 5_000_000));
    }

    [Fact]
    public async Task A_fault_after_the_answer_has_begun_breaks_the_connection()
    {
        await using var server = await LibraryServer.StartAsync();

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => server.Client.SendAsync(HttpMethod.Get, "/library/v1/book?total=5000&limit=5000&broken"));
        Assert.Contains("/library.v1.LibraryService/ListBooks failed.", Assert.Single(server.Log.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Violations_of_a_raw_body_are_placed_in_what_it_changes()
    {
        var response = await _client.SendAsync(HttpMethod.Patch, "/library/v1/revision/5", Http.Json("{}"));

        Assert.Equal(["Body /author/0/birthPlace FORBIDDEN", "Body  FORBIDDEN", "Body /author/1 FORBIDDEN"], await response.ErrorsAsync());
    }

    [Fact]
    public async Task A_compressed_body_is_415()
    {
        var content = Http.Json("{}");
        content.Headers.ContentEncoding.Add("gzip");

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await _client.SendAsync(HttpMethod.Post, "/library/v1/book", content)).StatusCode);
    }

    [Fact]
    public async Task A_body_of_exactly_the_limit_is_read()
    {
        const string Json = """{"title":"Emma","author":[{"name":"Jane"}]}""";

        var response = await _client.SendAsync(HttpMethod.Post, "/library/v1/book", Http.Json(Json.PadRight(LibraryServer.MaxBody)));

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
    }

    [Fact]
    public async Task A_caller_that_goes_away_in_the_middle_of_a_body_leaves_no_trace_in_the_log()
    {
        await using var server = await LibraryServer.StartAsync();
        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync(server.Client.BaseAddress!.Host, server.Client.BaseAddress.Port, Cancellation);
            await socket.GetStream().WriteAsync(
                Encoding.ASCII.GetBytes("POST /library/v1/book HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"), Cancellation);
            await socket.GetStream().FlushAsync(Cancellation);
        }

        Assert.Equal(HttpStatusCode.OK, (await server.Client.SendAsync(HttpMethod.Get, "/library/v1/book/5")).StatusCode);
        await server.DisposeAsync();
        Assert.Empty(server.Log.Errors);
    }

    [Fact]
    public async Task Grpc_calls_keep_grpcs_own_answers()
    {
        var content = new ByteArrayContent([]);
        content.Headers.ContentType = new("application/grpc");

        var response = await _client.SendAsync(HttpMethod.Post, "/library/v1/shop", content);

        Assert.NotEqual("application/json", response.Content.Headers.ContentType?.MediaType);
    }
}
