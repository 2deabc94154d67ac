using System.Net;
using Grpc.Core;
using ServiceOrdering.Client;
using ServiceOrdering.Errors.V1;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.ServiceOrders;

/// <summary>The query grammar of TMF630 over both protocols, on four orders that are called by their external ids.</summary>
public sealed class FilterServiceOrdersTests(FilterServiceOrdersTests.FourOrders orders) : IClassFixture<FilterServiceOrdersTests.FourOrders>
{
    public static TheoryData<string, string> Both => new()
    {
        { "state=held&priority=1", "a" },
        { "state=held&priority=2", "" },
        { "externalId=a&category=broadband&description=first", "a" },
    };

    public static TheoryData<string, string> Either => new()
    {
        { "state=held,inProgress", "ab" },
        { "state=held&state=inProgress", "ab" },
        { "state=held%2CinProgress", "ab" },
        { "state=held, inProgress", "ab" },
        { "externalId=a,b,d", "abd" },
    };

    public static TheoryData<string, string> Or => new()
    {
        { "state=held;priority=2", "ab" },
        { "state=held&priority=9;priority=2&state=inProgress", "b" },
        { "externalId=a;externalId=c", "ac" },
    };

    public static TheoryData<string, string> Operators => new()
    {
        { "priority.eq=1", "a" },
        { "priority==1", "a" },
        { "priority%3D%3D1", "a" },
        { "priority.ne=1", "bcd" },
        { "priority!=1", "bcd" },
        { "priority.gt=1", "b" },
        { "priority.gte=1", "ab" },
        { "priority.lt=2", "a" },
        { "priority.lte=2", "ab" },
        { "description.regex=^f", "a" },
        { "priority>1", "b" },
        { "priority>=1", "ab" },
        { "priority<2", "a" },
        { "priority<=2", "ab" },
        { "description=~^s", "b" },
        { "description*=t$", "a" },
        { "priority%3E1", "b" },
        { "priority%3E=1", "ab" },
        { "priority%3E%3D1", "ab" },
        { "priority%3C2", "a" },
        { "priority%3C%3D2", "ab" },
        { "description%3D~^s", "b" },
        { "description=%7E^s", "b" },
        { "description%2A%3Dt$", "a" },
    };

    public static TheoryData<string, string> Nested => new()
    {
        { "serviceOrderItem.service.name=core", "ab" },
        { "serviceOrderItem.service.serviceCharacteristic.name=speed", "b" },
        { "serviceOrderItem.service.serviceCharacteristic.value=1000", "b" },
        { "serviceOrderItem.service.serviceCharacteristic.value.gt=999", "b" },
        { "serviceOrderItem.id=2", "a" },
        { "serviceOrderItem.action=add&serviceOrderItem.id=1", "abcd" },
        { "relatedParty.id=P1", "ab" },
        { "relatedParty.id=P1&relatedParty.role=seller", "b" },
        { "note.text.regex=urgent", "c" },
    };

    public static TheoryData<string, string> Extensions => new()
    {
        { "@type=SpecialOrder", "d" },
        { "%40type=SpecialOrder", "d" },
        { "x-shop=north", "c" },
        { "x-deep.list.code=7", "c" },
        { "x-flag=true", "c" },
        { "relatedParty.@referredType=Organization", "b" },
    };

    public static TheoryData<string, string> Quoted => new()
    {
        { "externalId=\"a\"", "a" },
        { "externalId='a'", "a" },
        { "externalId=%22a%22", "a" },
        { "externalId=%27a%27,\"b\"", "ab" },
        { "description=\"third, & 'last';\"", "c" },
        { "description=third%2C%20%26%20'last'%3B", "" },
        { "description.eq=%22third, %26 'last'%3B%22", "c" },
    };

    public static TheoryData<string, string> Typed => new()
    {
        { "requestedStartDate=2026-03-01T08:00:00Z", "a" },
        { "requestedStartDate=2026-03-01T09:00:00.000%2B01:00", "a" },
        { "requestedStartDate=2026-03-01T09:00:00.000+01:00", "a" },
        { "requestedStartDate=%222026-03-01T08:00:00.000Z%22", "a" },
        { "requestedStartDate.gt=2026-03-01", "ab" },
        { "requestedStartDate.gt=2026-03-02", "b" },
        { "requestedStartDate.lt=2026-03-01T08:00:00.0005Z", "a" },
        { "serviceOrderItem.quantity=2", "b" },
        { "serviceOrderItem.quantity=2.0", "b" },
        { "serviceOrderItem.quantity.gt=1", "bd" },
        { "serviceOrderItem.quantity.gt=9", "d" },
        { "externalId=A", "" },
        { "state=inProgress", "b" },
    };

    public static TheoryData<string, string> Unknown => new()
    {
        { "x-nothing=1", "" },
        { "x-nothing.of.the.kind=1", "" },
        { "x-nothing.ne=1", "abcd" },
    };

    public static TheoryData<string, string> JsonPath => new()
    {
        { "filter=$[?(@.state=='held')]", "a" },
        { "filter=$[?(@.state=='held' && @.priority=='1')]", "a" },
        { "filter=$%5B%3F(@.state=='held'%20%26%26%20@.priority=='1')%5D", "a" },
        { "filter=$[?(@.state=='held' || @.priority=='2')]", "ab" },
        { "filter=$[?(!(@.state=='held'))]", "bcd" },
        { "filter=$[?(@.priority!='1')]", "bcd" },
        { "filter=$[?(@.priority>'1')]", "b" },
        { "filter=$[?(@.priority>='1')]", "ab" },
        { "filter=$[?(@.priority<'2')]", "a" },
        { "filter=$[?(@.priority<='2')]", "ab" },
        { "filter=$[?(@.description=~'^s')]", "b" },
        { "filter=$[?(@.serviceOrderItem[?(@.id=='2' %26%26 @.service.name=='core')])]", "" },
        { "filter=$[?(@.serviceOrderItem[?(@.id=='1' %26%26 @.service.name=='core')])]", "ab" },
        { "filter=$.relatedParty[?(@.role=='seller')]", "b" },
        { "filter=$[?(@.priority)]&state=inProgress", "b" },
        { "filter=$.serviceOrder[?(@.state=='held')]", "a" },
        { "filter=$.serviceOrder[*].relatedParty[?(@.role=='seller')]", "b" },
        { "filter=$[?(@.state=='held')]&filter=$.serviceOrder[?(@.priority=='2')]", "ab" },
        { "filter=$[?(@.state=='held')]&filter=$[?(@.priority=='2')]&priority.gt=1", "b" },
    };

    [Theory, MemberData(nameof(Both))]
    public Task Conditions_joined_by_an_ampersand_hold_both(string query, string expected) => AssertFindsAsync(query, expected);

    [Theory, MemberData(nameof(Either))]
    public Task Values_in_a_list_or_a_repetition_are_alternatives(string query, string expected) => AssertFindsAsync(query, expected);

    [Theory, MemberData(nameof(Or))]
    public Task Semicolon_is_an_or_of_the_lowest_precedence(string query, string expected) => AssertFindsAsync(query, expected);

    [Theory, MemberData(nameof(Operators))]
    public Task Operator_works_as_a_suffix_literally_and_encoded(string query, string expected) => AssertFindsAsync(query, expected);

    [Theory, MemberData(nameof(Nested))]
    public Task Nested_path_matches_where_any_element_does(string query, string expected) => AssertFindsAsync(query, expected);

    [Theory, MemberData(nameof(Extensions))]
    public Task Type_and_extension_members_can_be_filtered(string query, string expected) => AssertFindsAsync(query, expected);

    [Theory, MemberData(nameof(Quoted))]
    public Task Quoted_value_loses_its_quotes(string query, string expected) => AssertFindsAsync(query, expected);

    [Theory, MemberData(nameof(Typed))]
    public Task Values_compare_by_the_type_of_the_attribute(string query, string expected) => AssertFindsAsync(query, expected);

    [Theory, MemberData(nameof(Unknown))]
    public Task Path_that_is_no_attribute_and_no_extension_matches_nothing(string query, string expected) => AssertFindsAsync(query, expected);

    [Theory, MemberData(nameof(JsonPath))]
    public Task JSONPath_filter_is_understood(string query, string expected) => AssertFindsAsync(query, expected);

    [Theory]
    [InlineData("state=sleeping", "state", "state")]
    [InlineData("state.gt=held", "state.gt", "state")]
    [InlineData("orderDate.gt=yesterday", "orderDate.gt", "orderDate")]
    [InlineData("serviceOrderItem.quantity=many", "serviceOrderItem.quantity", "quantity")]
    [InlineData("description.regex=(", "description.regex", "not valid at position")]
    [InlineData("description.regex=(a)\\1", "description.regex", "linear-time")]
    [InlineData("state.like=held", "state.like", "not an operator")]
    [InlineData("state", "state", "no operator")]
    [InlineData("=held", "", "missing")]
    [InlineData("a..b=1", "a..b", "empty name")]
    [InlineData("state=%FF", "", "UTF-8")]
    [InlineData("state=a%00b", "", "U+0000")]
    [InlineData("filter=$[?(@.state=='held'", "filter", "Expected )")]
    [InlineData("filter=$[?(@.state=='sleeping')]", "filter", "sleeping")]
    [InlineData("$.serviceOrder[*].state=held", "$.serviceOrder[*].state", "filter=$")]
    public async Task Bad_filter_is_a_400_that_names_the_parameter(string query, string parameter, string says)
    {
        var answer = (await orders.Server.GetAsync($"{RunningServer.ServiceOrderPath}?{query}")).IsError(HttpStatusCode.BadRequest, "28");
        var error = await Assert.ThrowsAsync<ServiceOrderingException>(() => ListAsync(query));

        var violation = Assert.Single(answer.Violations);
        Assert.Equal("QUERY_INVALID", violation.Reason);
        Assert.Contains(parameter, violation.Path);
        Assert.Contains(says, (string)answer.Json["message"]!);
        Assert.Equal((StatusCode.InvalidArgument, ErrorReason.RequestInvalid), (error.StatusCode, error.ErrorReason));
        Assert.StartsWith("filter", Assert.Single(error.Violations).Field);
    }

    [Fact]
    public async Task All_problems_of_a_query_are_named_at_once()
    {
        var answer = (await orders.Server.GetAsync($"{RunningServer.ServiceOrderPath}?state=x&orderDate.gt=y&sort=a..b&offset=-1"))
            .IsError(HttpStatusCode.BadRequest, "28");

        Assert.Equal(["offset", "orderDate.gt", "sort", "state"], answer.Violations.Select(violation => violation.Path).Order());
    }

    [Theory]
    [InlineData("filter=$..note")]
    [InlineData("filter=$.note[0]")]
    [InlineData("filter=$[?(@.note.length()>2)]")]
    [InlineData("depth=1")]
    [InlineData("state=held&expand=relatedParty")]
    public async Task What_the_standard_has_and_nobody_serves_is_a_501(string query)
    {
        (await orders.Server.GetAsync($"{RunningServer.ServiceOrderPath}?{query}")).IsError(HttpStatusCode.NotImplemented, "3");
        var error = await Assert.ThrowsAsync<ServiceOrderingException>(() => ListAsync(query));

        Assert.Equal((StatusCode.Unimplemented, ErrorReason.OperationNotSupported), (error.StatusCode, error.ErrorReason));
    }

    [Fact]
    public async Task Limits_of_a_query_are_50_clauses_100_values_and_8_KB()
    {
        string Clauses(int count) => string.Join("&", Enumerable.Range(0, count).Select(i => $"serviceOrderItem.service.serviceCharacteristic.value.ne={i}"));
        string Values(int count) => "externalId=a," + string.Join(",", Enumerable.Range(1, count - 1));
        string Bytes(int count) => "description.ne=" + new string('x', count - "description.ne=".Length);

        Assert.Equal("abcd", await FindAsync(Clauses(50)));
        Assert.Equal("a", await FindAsync(Values(100)));
        Assert.Equal("abcd", await FindAsync(Bytes(8192)));
        foreach (var query in new[] { Clauses(51), Values(101), Bytes(8193) })
            (await orders.Server.GetAsync($"{RunningServer.ServiceOrderPath}?{query}")).IsError(HttpStatusCode.BadRequest, "28");
    }

    [Fact]
    public async Task Regular_expression_that_would_backtrack_for_ever_answers()
    {
        var patterns = string.Join("&", Enumerable.Repeat("note.text.regex=(a*)*(a*)*(a*)*b$", 50));

        Assert.Equal("", await FindAsync(patterns));
        Assert.Equal("c", await FindAsync("note.text.regex=^(a%2B)%2B.*urgent"));
    }

    [Theory]
    [InlineData("externalId=a' or '1'='1")]
    [InlineData("externalId=a%27%3B%20drop%20table%20service_order%3B--")]
    [InlineData("externalId=\" or 1=1 --")]
    [InlineData("x' or '1'='1=1")]
    [InlineData("x%27)%20or%201%3D1%20--=1")]
    [InlineData("x\"].y=1")]
    [InlineData("$.state') is not null or ('1=1")]
    [InlineData("serviceOrderItem.x'||(select 1)||'=1")]
    [InlineData("externalId.regex='); drop table service_order; --")]
    [InlineData("filter=$[?(@.externalId=='a\\' or 1=1 --')]")]
    [InlineData("filter=$[?(@['x\\' or 1=1 --']=='1')]")]
    [InlineData("sort=id;drop table service_order&externalId=nobody")]
    [InlineData("sort=x' desc; drop table service_order; --&externalId=nobody")]
    [InlineData("sort=-x\")) --&externalId=nobody")]
    [InlineData("fields=id';drop table service_order;--&externalId=nobody")]
    [InlineData("limit=1; drop table service_order")]
    [InlineData("offset=0 union select body from service_order")]
    [InlineData("pageToken=' or 1=1 --")]
    [InlineData("@p0=1")]
    [InlineData("@limit=1&externalId=nobody")]
    public async Task Injection_is_a_value_or_a_400(string query)
    {
        var answer = await orders.Server.GetAsync($"{RunningServer.ServiceOrderPath}?{query}");
        if (answer.Status == HttpStatusCode.BadRequest)
            answer.IsError(HttpStatusCode.BadRequest, "28");
        else
            Assert.Equal((HttpStatusCode.OK, "[]"), (answer.Status, answer.Body));

        // The whole of it as an attribute's name, a value, and what there is beside them, in gRPC.
        foreach (var request in new ListServiceOrdersRequest[] { new() { Filter = query }, new() { Sort = query }, new() { Fields = query }, new() { PageToken = query } })
        {
            if (await Record.ExceptionAsync(async () => await orders.Server.ServiceOrders.ListServiceOrdersAsync(request, cancellationToken: Cancel)) is { } error)
                Assert.Contains(Assert.IsType<ServiceOrderingException>(error).StatusCode, new[] { StatusCode.InvalidArgument, StatusCode.Unimplemented });
        }
        Assert.Equal("abcd", await FindAsync(""));
    }

    [Theory]
    [InlineData("nobody'; drop table service_order; --")]
    [InlineData("%27%20or%201=1")]
    public async Task Injection_in_an_id_is_an_unknown_id(string id)
    {
        (await orders.Server.GetAsync($"{RunningServer.ServiceOrderPath}/{id}")).IsError(HttpStatusCode.NotFound, "60");
        (await orders.Server.SendAsync(HttpMethod.Patch, $"{RunningServer.ServiceOrderPath}/{id}", "{}")).IsError(HttpStatusCode.NotFound, "60");
        (await orders.Server.SendAsync(HttpMethod.Delete, $"{RunningServer.ServiceOrderPath}/{id}")).IsError(HttpStatusCode.NotFound, "60");
        Assert.Equal("abcd", await FindAsync(""));
    }

    private async Task AssertFindsAsync(string query, string expected)
    {
        Assert.Equal(expected, await FindAsync(query));
        Assert.Equal(expected, string.Concat((await ListAsync(query)).ServiceOrders.Select(order => order.ExternalId).Order()));
    }

    private async Task<string> FindAsync(string query)
    {
        var answer = await orders.Server.GetAsync($"{RunningServer.ServiceOrderPath}?{query}");
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Body);
        var found = string.Concat(answer.Json.AsArray().Select(order => (string?)order!["externalId"]).Order());
        Assert.Equal($"{found.Length}", answer.Headers["X-Total-Count"]);
        return found;
    }

    private async Task<ListServiceOrdersResponse> ListAsync(string filter) =>
        await orders.Server.ServiceOrders.ListServiceOrdersAsync(new ListServiceOrdersRequest { Filter = filter }, cancellationToken: Cancel);

    public sealed class FourOrders : IAsyncLifetime
    {
        public RunningServer Server { get; } = new();

        public async ValueTask InitializeAsync()
        {
            await PlaceAsync("held",
                """
                {"externalId":"a","priority":"1","category":"broadband","description":"first","requestedStartDate":"2026-03-01T08:00:00Z",
                 "relatedParty":[{"id":"P1","role":"customer"}],
                 "serviceOrderItem":[{"id":"1","action":"add","service":{"name":"core"}},{"id":"2","action":"add","service":{}}]}
                """);
            await PlaceAsync("inProgress",
                """
                {"externalId":"b","priority":"2","description":"second","requestedStartDate":"2026-03-02T08:00:00Z",
                 "relatedParty":[{"id":"P1","role":"customer"},{"id":"P2","role":"seller","@referredType":"Organization"}],
                 "serviceOrderItem":[{"id":"1","action":"add","quantity":2,
                   "service":{"name":"core","serviceCharacteristic":[{"name":"speed","valueType":"integer","value":1000}]}}]}
                """);
            await PlaceAsync("acknowledged",
                """
                {"externalId":"c","description":"third, & 'last';","note":[{"text":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa urgent"}],
                 "x-shop":"north","x-flag":true,"x-deep":{"list":[{"code":6},{"code":7}]},
                 "serviceOrderItem":[{"id":"1","action":"add","service":{}}]}
                """);
            await PlaceAsync("acknowledged",
                """{"externalId":"d","@type":"SpecialOrder","serviceOrderItem":[{"id":"1","action":"add","quantity":10,"service":{}}]}""");
        }

        public ValueTask DisposeAsync()
        {
            Server.Dispose();
            return ValueTask.CompletedTask;
        }

        private async Task PlaceAsync(string state, string json)
        {
            var order = await PlacedOrder.OnAsync(Server, json);
            if (state != "acknowledged")
                await order.ChangeAsync($$"""{"state":"{{state}}"}""");
        }
    }
}
