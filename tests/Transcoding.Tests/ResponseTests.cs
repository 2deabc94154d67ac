using System.Net;

namespace Transcoding.Tests;

public sealed class ResponseTests(LibraryFixture library) : IClassFixture<LibraryFixture>
{
    private readonly HttpClient _client = library.Client;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Status_and_headers_are_those_of_the_contract()
    {
        var response = await _client.SendAsync(HttpMethod.Post, "/library/v1/book", Http.Json("""{"title":"Emma","author":[{"name":"Jane"}]}"""));

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal("http://library/book/1", response.Headers.Location!.ToString());
        Assert.Equal("\"1\"", response.Headers.ETag!.ToString());
        Assert.Equal("application/json; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Equal((await response.Content.ReadAsByteArrayAsync(Cancellation)).Length, response.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task A_204_has_no_body_and_no_content_type()
    {
        var response = await _client.SendAsync(HttpMethod.Delete, "/library/v1/book/5");

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(Cancellation));
        Assert.Null(response.Content.Headers.ContentType);
    }

    [Fact]
    public async Task A_response_body_that_is_not_set_is_an_empty_object()
    {
        var response = await _client.SendAsync(HttpMethod.Get, "/library/v1/book/none");

        Assert.Equal("{}", await response.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task A_whole_collection_is_a_bare_array_with_counts_and_no_links()
    {
        var response = await _client.SendAsync(HttpMethod.Get, "/library/v1/book?total=3");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(3, (await response.JsonAsync())!.AsArray().Count);
        Assert.Equal("3", response.Headers.GetValues("X-Total-Count").Single());
        Assert.Equal("3", response.Headers.GetValues("X-Result-Count").Single());
        Assert.False(response.Headers.Contains("Link"));
    }

    [Theory]
    [InlineData("offset=10&limit=10&total=35", "first 0, prev 0, next 20, last 30", "10")]
    [InlineData("limit=10&total=35", "first 0, next 10, last 30", "10")]
    [InlineData("offset=30&limit=10&total=35", "first 0, prev 20, last 30", "5")]
    [InlineData("offset=3&limit=10&total=20", "first 0, prev 0, next 13, last 10", "10")]
    public async Task A_part_of_a_collection_is_206_with_links(string query, string links, string count)
    {
        var response = await _client.SendAsync(HttpMethod.Get, "/library/v1/book?" + query);

        Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
        Assert.Equal(count, response.Headers.GetValues("X-Result-Count").Single());
        var total = query.Split("total=")[1];
        var expected = links.Split(", ").Select(link => link.Split(' ')).Select(link =>
            $"<{_client.BaseAddress}library/v1/book?total={total}&offset={link[1]}&limit=10>; rel=\"{link[0]}\"");
        Assert.Equal(string.Join(", ", expected), response.Headers.GetValues("Link").Single());
    }

    [Theory]
    [InlineData("total=35", "items=0-9", HttpStatusCode.PartialContent, "items 0-9/35", 10)]
    [InlineData("total=35", "items=30-99", HttpStatusCode.PartialContent, "items 30-34/35", 5)]
    [InlineData("total=35", "items=34-", HttpStatusCode.PartialContent, "items 34-34/35", 1)]
    [InlineData("total=3", "items=0-2", HttpStatusCode.PartialContent, "items 0-2/3", 3)]
    [InlineData("total=35&limit=5", "items=0-9", HttpStatusCode.PartialContent, "items 0-4/35", 5)]
    [InlineData("total=35&offset=33", "items=0-9", HttpStatusCode.PartialContent, "items 33-34/35", 2)]
    [InlineData("total=3", "bytes=0-1", HttpStatusCode.OK, null, 3)]
    [InlineData("total=35", "items=35-40", HttpStatusCode.RequestedRangeNotSatisfiable, "items */35", null)]
    [InlineData("total=0", "items=0-9", HttpStatusCode.RequestedRangeNotSatisfiable, "items */0", null)]
    [InlineData("total=35", "items=9-0", HttpStatusCode.BadRequest, null, null)]
    [InlineData("total=35", "items=-5", HttpStatusCode.BadRequest, null, null)]
    [InlineData("total=35", "items=0-4,10-14", HttpStatusCode.BadRequest, null, null)]
    [InlineData("total=35", "items=0-99999999999", HttpStatusCode.BadRequest, null, null)]
    public async Task Range_of_items_stands_for_offset_and_limit_where_the_query_has_neither(string query, string range, HttpStatusCode status, string? contentRange, int? count)
    {
        var response = await _client.SendAsync(HttpMethod.Get, "/library/v1/book?" + query, null, ("Range", range));

        Assert.Equal(status, response.StatusCode);
        Assert.Equal(contentRange, response.Content.Headers.TryGetValues("Content-Range", out var told) ? told.Single() : null);
        if (count is not null)
        {
            Assert.Equal(count, (await response.JsonAsync())!.AsArray().Count);
            Assert.Equal("items", response.Headers.GetValues("Accept-Ranges").Single());
        }
    }

    [Fact]
    public async Task Links_keep_the_other_parameters_as_they_were_sent()
    {
        var response = await _client.SendAsync(HttpMethod.Get, "/library/v1/book?note=%22a%20b%22;x=%C3%BC&total=2&limit=1&sort=-id");

        Assert.Contains("?note=%22a%20b%22;x=%C3%BC&total=2&sort=-id&offset=1&limit=1>; rel=\"next\"", response.Headers.GetValues("Link").Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("offset=50&total=35")]
    [InlineData("total=0")]
    public async Task Past_the_end_there_is_an_empty_array(string query)
    {
        var response = await _client.SendAsync(HttpMethod.Get, "/library/v1/book?" + query);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("[]", await response.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal("0", response.Headers.GetValues("X-Result-Count").Single());
    }

    [Theory]
    [InlineData("\"7\"", true)]
    [InlineData("W/\"7\"", true)]
    [InlineData("\"1\", \"7\"", true)]
    [InlineData("*", true)]
    [InlineData("\"8\"", false)]
    [InlineData("7", false)]
    public async Task An_entity_tag_that_the_caller_knows_is_304(string known, bool isUnchanged)
    {
        var response = await _client.SendAsync(HttpMethod.Get, "/library/v1/book/5", null, ("If-None-Match", known));

        Assert.Equal(isUnchanged ? HttpStatusCode.NotModified : HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("\"7\"", response.Headers.ETag!.ToString());
        Assert.Equal(isUnchanged, (await response.Content.ReadAsByteArrayAsync(Cancellation)).Length == 0);
    }

    [Fact]
    public async Task Head_has_the_headers_of_get_and_no_body()
    {
        var get = await _client.SendAsync(HttpMethod.Get, "/library/v1/book/5");
        var head = await _client.SendAsync(HttpMethod.Head, "/library/v1/book/5");

        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Equal(get.Content.Headers.ContentLength, head.Content.Headers.ContentLength);
        Assert.Equal(get.Headers.ETag, head.Headers.ETag);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(Cancellation));
    }

    [Fact]
    public async Task A_large_list_goes_out_while_it_is_written()
    {
        var response = await _client.SendAsync(HttpMethod.Get, "/library/v1/book?total=20000&limit=20000");

        Assert.True(response.Headers.TransferEncodingChunked);
        var books = (await response.JsonAsync())!.AsArray();
        Assert.Equal(20000, books.Count);
        Assert.Equal("19999", books[^1]!["id"]!.GetValue<string>());
    }

    [Fact]
    public async Task Metadata_of_the_service_are_headers_of_the_response()
    {
        var response = await _client.SendAsync(HttpMethod.Delete, "/library/v1/book/5", null, ("If-Match", "*"));

        Assert.Equal("5", response.Headers.GetValues("seen-id").Single());
        Assert.Equal("*", response.Headers.GetValues("seen-etag").Single());
    }

    [Fact]
    public async Task A_service_sees_the_call_as_one_of_grpc()
    {
        var response = await _client.SendAsync(HttpMethod.Get, "/library/v1/call", null, ("X-Tenant", "a"), ("X-Raw-bin", "AQI"));

        var call = (await response.JsonAsync())!;
        Assert.Equal("/library.v1.LibraryService/GetCall", call["method"]!.GetValue<string>());
        Assert.Equal(_client.BaseAddress!.Authority, call["host"]!.GetValue<string>());
        Assert.Matches(@"^ipv4:127\.0\.0\.1:\d+$", call["peer"]!.GetValue<string>());
        Assert.True(call["hasHttpContext"]!.GetValue<bool>());
        Assert.Null(call["hasDeadline"]);
        Assert.Equal("a", call["headers"]!["x-tenant"]!.GetValue<string>());
        Assert.Equal("0102", call["headers"]!["x-raw-bin"]!.GetValue<string>());
    }

    [Fact]
    public async Task Interceptors_run_in_their_order()
    {
        var response = await _client.SendAsync(HttpMethod.Get, "/library/v1/book/5");

        Assert.Equal(["outer", "inner"], response.Headers.GetValues("passed").SelectMany(values => values.Split(", ")));
    }
}
