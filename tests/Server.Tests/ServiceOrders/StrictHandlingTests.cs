using System.Net;
using Grpc.Core;
using ServiceOrdering.Client;
using ServiceOrdering.Fulfillment.V1;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.ServiceOrders;

/// <summary>Slips of the fingers: taken for extension members, as the standard has them, or refused where that is asked for.</summary>
public sealed class StrictHandlingTests : IDisposable
{
    private static readonly (string Name, string Value) Strict = ("Prefer", "handling=strict");
    private readonly RunningServer _server = new();

    public void Dispose() => _server.Dispose();

    public static TheoryData<string, string, string> Queries => new()
    {
        { "ordrDate.gt=2026-01-01", "ordrDate.gt", "'ordrDate' is no attribute of ServiceOrder; did you mean 'orderDate'?" },
        { "serviceOrderItem.servce.name=x", "serviceOrderItem.servce.name", "did you mean 'service'?" },
        { "filter=$[?(@.stat=='held')]", "filter", "did you mean 'state'?" },
        { "fields=state,prioritty", "fields", "did you mean 'priority'?" },
        { "fields=$.note[*].autor", "fields", "did you mean 'author'?" },
        { "page=2", "page", "by offset and limit" },
        { "state=held&size=10", "size", "by offset and limit" },
    };

    [Theory, MemberData(nameof(Queries))]
    public async Task Unknown_name_in_a_query_is_refused_where_the_caller_wants_that_with_the_name_that_is_near(string query, string parameter, string says)
    {
        var answer = (await _server.GetAsync($"{RunningServer.ServiceOrderPath}?{query}", Strict)).IsError(HttpStatusCode.BadRequest, "28");

        Assert.Equal((parameter, "QUERY_INVALID"), Assert.Single(answer.Violations));
        Assert.Contains(says, (string)answer.Json["message"]!);
        Assert.Equal("handling=strict", answer.Headers["Preference-Applied"]);
        Assert.Equal(HttpStatusCode.OK, (await _server.GetAsync($"{RunningServer.ServiceOrderPath}?{query}")).Status);
    }

    [Fact]
    public async Task Preference_comes_as_metadata_over_gRPC()
    {
        var request = new ListServiceOrdersRequest { Filter = "stat=held", Fields = "nte" };

        var error = await Assert.ThrowsAsync<ServiceOrderingException>(
            async () => await _server.ServiceOrders.ListServiceOrdersAsync(request, new Metadata { { "prefer", "handling=strict" } }, cancellationToken: Cancel));

        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.Contains("did you mean 'note'?", error.Violations[0].Message);
        Assert.Empty((await _server.ServiceOrders.ListServiceOrdersAsync(request, cancellationToken: Cancel)).ServiceOrders);
    }

    [Fact]
    public async Task Job_over_orders_is_refused_where_its_filter_has_a_slip_that_would_let_all_of_them_through()
    {
        var request = new CreateJobRequest { Operation = JobOperation.HoldOrders, Filter = "externalld.ne=mine", Actor = "me", DryRun = true };

        var error = await Assert.ThrowsAsync<ServiceOrderingException>(
            async () => await _server.Client.Jobs.CreateJobAsync(request, new Metadata { { "prefer", "handling=strict" } }, cancellationToken: Cancel));

        Assert.Contains("did you mean 'externalId'?", Assert.Single(error.Violations).Message);
    }

    [Fact]
    public async Task Deployment_can_refuse_unknown_names_in_queries_of_everybody_but_not_in_bodies()
    {
        using var server = new RunningServer(("Query:UnknownAttributes", "refuse"));

        (await server.GetAsync($"{RunningServer.ServiceOrderPath}?stat=held")).IsError(HttpStatusCode.BadRequest, "28");
        var placed = await server.PostOrderAsync("""{"team":"north","serviceOrderItem":[{"id":"1","action":"add","service":{}}]}""");

        Assert.Equal((HttpStatusCode.Created, "north"), (placed.Status, (string?)placed.Json["team"]));
        (await server.GetAsync($"{RunningServer.ServicePath}/x?fields=stat")).IsError(HttpStatusCode.BadRequest, "28");
    }

    [Fact]
    public async Task Unknown_members_of_a_body_are_refused_all_at_once_with_their_places()
    {
        const string Body = """{"descripton":"x","serviceOrderItem":[{"id":"1","action":"add","servce":{},"service":{"nmae":"y","serviceCharacteristic":[{"name":"a","value":{"any":1}}]}}]}""";

        var answer = (await _server.PostOrderAsync(Body, Strict)).IsError(HttpStatusCode.BadRequest, "24");

        Assert.Equal(
            [("/descripton", "FIELD_INVALID"), ("/serviceOrderItem/0/servce", "FIELD_INVALID"), ("/serviceOrderItem/0/service/nmae", "FIELD_INVALID")], answer.Violations);
        Assert.Contains("did you mean 'description'?", (string)answer.Json["message"]!);
        Assert.Equal(HttpStatusCode.Created, (await _server.PostOrderAsync(Body)).Status);
    }

    [Theory]
    [InlineData("application/merge-patch+json", """{"prioritty":"1","note":[{"txt":"a","text":"b"}]}""")]
    [InlineData("application/json-patch+json", """[{"op":"add","path":"/prioritty","value":"1"},{"op":"add","path":"/note","value":[{"txt":"a","text":"b"}]}]""")]
    public async Task Unknown_members_that_a_patch_brings_are_refused_and_those_that_were_there_stay(string type, string patch)
    {
        var id = await _server.PlaceOrderAsync("""{"team":"north","serviceOrderItem":[{"id":"1","action":"add","service":{}}]}""");
        var path = $"{RunningServer.ServiceOrderPath}/{id}";

        var refused = (await _server.SendAsync(HttpMethod.Patch, path, patch, Strict, ("Content-Type", type))).IsError(HttpStatusCode.BadRequest, "24");
        var known = await _server.SendAsync(HttpMethod.Patch, path, """{"priority":"1","team":"south"}""", Strict);
        var loose = await _server.SendAsync(HttpMethod.Patch, path, patch, ("Content-Type", type));

        Assert.Equal(["/note/0/txt", "/prioritty"], refused.Violations.Select(violation => violation.Path).Order(StringComparer.Ordinal));
        Assert.Contains("did you mean 'priority'?", refused.Body.Replace("\\u0027", "'", StringComparison.Ordinal));
        Assert.Equal((HttpStatusCode.OK, "south"), (known.Status, (string?)known.Json["team"]));
        Assert.Equal((HttpStatusCode.OK, "1"), (loose.Status, (string?)loose.Json["prioritty"]));
    }

    [Theory]
    [InlineData("ordrDate", "did you mean 'orderDate'?")]
    [InlineData("-x-rank", "'x-rank' is no attribute of ServiceOrder.")]
    [InlineData("serviceOrderItem", "sort by one of them")]
    public async Task What_nothing_can_be_sorted_by_is_refused_always(string sort, string says)
    {
        var answer = (await _server.GetAsync($"{RunningServer.ServiceOrderPath}?sort={sort}")).IsError(HttpStatusCode.BadRequest, "28");

        Assert.Equal(("sort", "QUERY_INVALID"), Assert.Single(answer.Violations));
        Assert.Contains(says, (string)answer.Json["message"]!);
    }
}
