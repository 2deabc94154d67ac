using System.Net;
using System.Text.Json.Nodes;

namespace Transcoding.Tests;

public sealed class BindingTests(LibraryFixture library) : IClassFixture<LibraryFixture>
{
    private readonly HttpClient _client = library.Client;

    private async Task<JsonNode> GetAsync(string path)
    {
        var response = await _client.SendAsync(HttpMethod.Get, path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return (await response.JsonAsync())!;
    }

    private async Task<string[]> RefusalAsync(string path)
    {
        var response = await _client.SendAsync(HttpMethod.Get, path);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        return await response.ErrorsAsync();
    }

    [Theory]
    [InlineData("a%20b", "a b")]
    [InlineData("a%2Fb", "a/b")]
    [InlineData("a%252Fb", "a%2Fb")]
    [InlineData("%C3%BC", "ü")]
    [InlineData("a+b", "a+b")]
    [InlineData("a:b", "a:b")]
    public async Task A_path_variable_is_percent_decoded(string path, string id) =>
        Assert.Equal(id, (await GetAsync($"/library/v1/book/{path}"))["id"]!.GetValue<string>());

    [Fact]
    public async Task A_literal_segment_fills_the_field_that_it_is_bound_to_and_no_query_parameter_does()
    {
        Assert.Equal("north", (await GetAsync("/library/v1/branch/north/book/5"))["note"]!.GetValue<string>());
        Assert.Equal("", (await GetAsync("/library/v1/book/5"))["note"]!.GetValue<string>());
        Assert.Equal(["Query name QUERY_INVALID"], await RefusalAsync("/library/v1/book/5?name=north"));
    }

    [Fact]
    public async Task A_path_variable_can_be_a_field_of_a_nested_message_and_no_query_parameter_overwrites_it()
    {
        Assert.Equal("A1", (await GetAsync("/library/v1/search/A1?where.floor=2"))["where"]!["shelf"]!.GetValue<string>());
        Assert.StartsWith("Query where.shelf", Assert.Single(await RefusalAsync("/library/v1/search/A1?where.shelf=B2")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_verb_leads_to_its_own_method()
    {
        var response = await _client.SendAsync(HttpMethod.Post, "/library/v1/book/5:lend", Http.Json("""{"id":"6","reader":"Jane","days":14}"""));

        Assert.Equal("""{"id":"5","reader":"Jane","days":14}""", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_whole_body_leaves_nothing_to_the_query()
    {
        var response = await _client.SendAsync(HttpMethod.Post, "/library/v1/book/5:lend?days=3", Http.Json("{}"));

        Assert.Equal(["Query days QUERY_INVALID"], await response.ErrorsAsync());
    }

    [Fact]
    public async Task An_empty_body_is_taken_where_nothing_in_it_is_required()
    {
        var response = await _client.SendAsync(HttpMethod.Post, "/library/v1/book/5:lend");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_query_binds_nested_repeated_and_typed_fields_by_json_or_proto_name() =>
        Assert.Equal(
            """{"where":{"shelf":"A1","roomName":"East Wing","floor":2},"state":"lostForGood","year":[1815,1816],"since":"2026-01-15T07:00:00.000Z","lent":false,"pageToken":"a=b"}""",
            (await GetAsync("/library/v1/search/A1?where.roomName=East+Wing&where.floor=2&state=lostForGood&year=1815&year=1816"
                + "&since=2026-01-15T08:00:00+01:00&lent=false&page_token=a%3Db")).ToJsonString());

    [Theory]
    [InlineData("state=LENT", "state")]
    [InlineData("year=x", "year")]
    [InlineData("year=", "year")]
    [InlineData("lent=yes", "lent")]
    [InlineData("since=2026-01-15", "since")]
    [InlineData("where.floor=1.5", "where.floor")]
    [InlineData("where.floor=1&where.floor=2", "where.floor")]
    [InlineData("pageToken=a&page_token=b", "page_token")]
    [InlineData("where=1", "where")]
    [InlineData("colour=red", "colour")]
    [InlineData("colour", "colour")]
    public async Task A_query_parameter_that_does_not_fit_is_refused_by_name(string query, string name) =>
        Assert.Equal([$"Query {name} QUERY_INVALID"], await RefusalAsync("/library/v1/search/A1?" + query));

    [Fact]
    public async Task An_unknown_query_parameter_is_told_which_ones_there_are()
    {
        var response = await _client.SendAsync(HttpMethod.Get, "/library/v1/search/A1?colour=red");

        Assert.Contains("Allowed are state, year, since, lent, pageToken.", (await response.JsonAsync())!["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("total=1&state=a%20b,c&author.name.gt=%22x%22;y=1&sort=-title&sort=%2Bid", "state=a%20b,c&author.name.gt=%22x%22;y=1", "-title|+id")]
    [InlineData("total=1&offset.gt=5&&query=x&flag", "offset.gt=5&&query=x&flag", "")]
    [InlineData("total=1", "", "")]
    public async Task A_query_field_takes_the_rest_of_the_query_as_it_was_sent(string query, string rest, string sort)
    {
        var book = (await GetAsync("/library/v1/book?" + query))[0]!;

        Assert.Equal((rest, sort), (book["note"]!.GetValue<string>(), book["title"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Headers_fill_their_fields()
    {
        var response = await _client.SendAsync(HttpMethod.Delete, "/library/v1/book/5", null, ("If-Match", "\"a\""), ("X-Delay", "5"));

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal("\"a\"", response.Headers.GetValues("seen-etag").Single());
    }

    [Fact]
    public async Task A_header_that_does_not_fit_is_refused_by_name()
    {
        var response = await _client.SendAsync(HttpMethod.Delete, "/library/v1/book/5", null, ("X-Delay", "soon"));

        Assert.Equal(["Header X-Delay HEADER_INVALID"], await response.ErrorsAsync());
    }

    [Fact]
    public async Task A_header_bound_field_is_no_query_parameter()
    {
        var response = await _client.SendAsync(HttpMethod.Delete, "/library/v1/book/5?etag=a");

        Assert.Equal(["Query etag QUERY_INVALID"], await response.ErrorsAsync());
    }

    [Fact]
    public async Task A_body_and_a_query_fill_one_request_and_unknown_members_come_back()
    {
        const string Json = """{"title":"Emma","author":[{"name":"Jane"}],"shelf":{"row":2}}""";

        var response = await _client.SendAsync(HttpMethod.Post, "/library/v1/book?fields=title", Http.Json(Json), ("Idempotency-Key", "k1"));

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal(
            """{"id":"1","href":"http://library/book/1","title":"Emma","author":[{"name":"Jane"}],"note":"k1","shelf":{"row":2}}""",
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_body_is_ignored_where_none_is_expected()
    {
        var response = await _client.SendAsync(HttpMethod.Delete, "/library/v1/book/5", Http.Json("not json", "text/plain"));

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

    [Theory]
    [InlineData("application/merge-patch+json")]
    [InlineData("text/plain")]
    public async Task A_raw_body_goes_through_with_its_media_type(string type)
    {
        var response = await _client.SendAsync(HttpMethod.Patch, "/library/v1/book/5", Http.Json("{ \"a\" :", type));

        Assert.Equal(type + "; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Equal("{ \"a\" :", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Strict_handling_refuses_what_the_server_sets_and_says_that_it_was_applied()
    {
        const string Json = """{"id":"9","title":"Emma","author":[{"name":"Jane"}]}""";

        var lenient = await _client.SendAsync(HttpMethod.Post, "/library/v1/book", Http.Json(Json));
        var strict = await _client.SendAsync(HttpMethod.Post, "/library/v1/book", Http.Json(Json), ("Prefer", "return=minimal, handling=strict"));

        Assert.Equal(HttpStatusCode.Created, lenient.StatusCode);
        Assert.False(lenient.Headers.Contains("Preference-Applied"));
        Assert.Equal(["Body /id FIELD_READ_ONLY"], await strict.ErrorsAsync());
        Assert.Equal("handling=strict", strict.Headers.GetValues("Preference-Applied").Single());
    }

    [Fact]
    public async Task One_answer_names_every_problem_and_none_twice()
    {
        var response = await _client.SendAsync(
            HttpMethod.Post, "/library/v1/book?colour=red", Http.Json("""{"title":5,"state":"gone","author":["x",{}],"chapter":[{"chapter":[{}]}]}"""));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(
            [
                "Body /title FIELD_INVALID",
                "Body /state FIELD_INVALID",
                "Body /author/0 FIELD_INVALID",
                "Query colour QUERY_INVALID",
                "Body /author/1/name FIELD_MISSING",
                "Body /chapter/0/title FIELD_MISSING",
                "Body /chapter/0/chapter/0/title FIELD_MISSING",
            ],
            await response.ErrorsAsync());
    }

    [Theory]
    [InlineData("""{"title":"Emma""", "BODY_MALFORMED")]
    [InlineData("""{"title":"Emma","title":"Emma"}""", "BODY_MALFORMED")]
    [InlineData("", "BODY_MISSING")]
    [InlineData(" null ", "BODY_MISSING")]
    [InlineData("[]", "REQUEST_INVALID")]
    public async Task A_body_that_is_no_object_has_a_reason_of_its_own(string json, string reason)
    {
        var response = await _client.SendAsync(HttpMethod.Post, "/library/v1/book", Http.Json(json));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(reason, (await response.JsonAsync())!["reason"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("application/json", true)]
    [InlineData("application/json; charset=UTF-8", true)]
    [InlineData("application/json; charset=\"utf-8\"", true)]
    [InlineData("application/vnd.tmf+json", true)]
    [InlineData(null, false)]
    [InlineData("application/json; charset=utf-16", false)]
    [InlineData("text/plain", false)]
    [InlineData("text/json", false)]
    [InlineData("application/xml", false)]
    [InlineData("nonsense", false)]
    public async Task Only_json_in_utf8_is_read(string? type, bool isRead)
    {
        var content = new ByteArrayContent("""{"title":"Emma","author":[{"name":"Jane"}]}"""u8.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", type);

        var response = await _client.SendAsync(HttpMethod.Post, "/library/v1/book", content);

        Assert.Equal(isRead ? HttpStatusCode.Created : HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        Assert.Equal(isRead, !response.Headers.Contains("Accept-Post"));
    }

    [Fact]
    public async Task An_answer_is_json_whatever_the_caller_accepts()
    {
        var response = await _client.SendAsync(HttpMethod.Get, "/library/v1/book/5", null, ("Accept", "text/html"));

        Assert.Equal("application/json; charset=utf-8", response.Content.Headers.ContentType!.ToString());
    }
}
