using System.Net;
using ServiceOrdering.Server.ServiceInventory;
using ServiceOrdering.Server.Storage;
using Tmf.ServiceInventory.V5;
using static ServiceOrdering.Server.Tests.ServiceInventory.ExampleServices;

namespace ServiceOrdering.Server.Tests.ServiceInventory;

public sealed class ListServicesTests : IDisposable
{
    private readonly RunningServer _server = new();

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData("relatedParty.partyOrPartyRole.id=p1", "a b")]
    [InlineData("relatedParty.partyOrPartyRole.id=p2,p3", "b c")]
    [InlineData("relatedParty.partyOrPartyRole.id=p1&relatedParty.partyOrPartyRole.id=p2", "a b")]
    [InlineData("relatedParty.partyOrPartyRole.id.ne=p1", "c d")]
    [InlineData("relatedParty.partyOrPartyRole.id.regex=%5Ep[23]$", "b c")]
    [InlineData("relatedParty.partyOrPartyRole.id.gt=p2", "c")]
    [InlineData("relatedParty.partyOrPartyRole.id=p1;name=d", "a b d")]
    [InlineData("filter=$[?(@.relatedParty[?(@.role=='user'%26%26@.partyOrPartyRole.id=='p2')])]", "b")]
    [InlineData("serviceCharacteristic.name=speed", "a c")]
    [InlineData("serviceCharacteristic.name=speed&serviceCharacteristic.value=100", "a")]
    [InlineData("serviceOrderItem.serviceOrderId=o1", "d")]
    [InlineData("supportingService.id=s1", "a b")]
    [InlineData("supportingService.id=s2", "b")]
    [InlineData("serviceRelationship.service.id=s1", "c")]
    [InlineData("serviceSpecification.id=s&serviceType=T", "a")]
    [InlineData("name.regex=%5E[ab]$", "a b")]
    [InlineData("supportingService.id=unknown", "")]
    public async Task Filter_finds_what_it_names(string filter, string names)
    {
        await CreateFourAsync();

        var answer = await _server.GetAsync($"{RunningServer.ServicePath}?{filter}&sort=name&fields=name");

        Assert.True(answer.Status == HttpStatusCode.OK, answer.Body);
        Assert.Equal(names, string.Join(' ', answer.Json.AsArray().Select(service => (string)service!["name"]!)));
        Assert.Equal(answer.Json.AsArray().Count.ToString(), answer.Headers["X-Total-Count"]);
    }

    [Fact]
    public async Task Values_are_told_apart_to_their_last_character()
    {
        await _server.CreateServiceAsync(With("\"name\":\"x\\u0001y\",\"serviceCharacteristic\":[{\"name\":\"a\\u0001b\"},{\"name\":\"a\\u0001c\"},{\"name\":\"\"}]"));

        foreach (var (filter, count) in new[] { ("serviceCharacteristic.name=a", "0"), ("serviceCharacteristic.name=%22%22", "1"), ("name=x", "0") })
            Assert.Equal(count, (await _server.GetAsync($"{RunningServer.ServicePath}?{filter}")).Headers["X-Total-Count"]);
    }

    [Fact]
    public async Task Filter_follows_changes_and_deletions()
    {
        var service = await _server.CreateServiceAsync(With("\"serviceCharacteristic\":[{\"name\":\"a\"},{\"name\":\"b\"},{\"name\":\"b\"}]"));
        Assert.Equal(("1", "1"), (await CountAsync("a"), await CountAsync("b")));

        await _server.PatchServiceAsync(service, """{"serviceCharacteristic":[{"name":"b"},{"name":"c"}]}""");
        Assert.Equal(("0", "1", "1"), (await CountAsync("a"), await CountAsync("b"), await CountAsync("c")));

        await _server.SendAsync(HttpMethod.Delete, PathOf(service));
        Assert.Equal(("0", "0"), (await CountAsync("b"), await CountAsync("c")));

        async Task<string> CountAsync(string name) =>
            (await _server.GetAsync($"{RunningServer.ServicePath}?serviceCharacteristic.name={name}")).Headers["X-Total-Count"];
    }

    [Fact]
    public async Task Newest_service_date_comes_first_and_pages_go_on_where_they_ended()
    {
        // A date is what the client wrote, line breaks and all.
        foreach (var date in new[] { "2021", "2023\\nx", "2023", "2020" })
            await _server.CreateServiceAsync(With($"\"serviceDate\":\"{date}\""));

        var dates = new List<string>();
        var request = new ListServicesRequest { Limit = 1 };
        do
        {
            var page = await _server.Client.Services.ListServicesAsync(request, cancellationToken: Cancel);
            Assert.Equal(request.PageToken.Length == 0, page.HasTotalCount);
            dates.AddRange(page.Services.Select(service => service.ServiceDate));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        Assert.Equal(["2023\nx", "2023", "2021", "2020"], dates);
    }

    [Fact]
    public async Task Partial_page_is_told_with_its_links()
    {
        for (var i = 0; i < 3; i++)
            await _server.CreateServiceAsync();

        var answer = await _server.GetAsync($"{RunningServer.ServicePath}?state=active&limit=2");

        Assert.Equal((HttpStatusCode.PartialContent, "3", "2"), (answer.Status, answer.Headers["X-Total-Count"], answer.Headers["X-Result-Count"]));
        Assert.Contains("rel=\"next\"", answer.Headers["Link"]);
    }

    [Theory]
    [InlineData("serviceType=T&state=active", "service_by_service_type (service_type=? AND state=?)")]
    [InlineData("state=active", "service_by_state (state=?)")]
    [InlineData("name=x", "service_by_name (name=?)")]
    [InlineData("serviceSpecification.id=x", "service_by_service_specification (service_specification_id=?)")]
    [InlineData("relatedParty.partyOrPartyRole.id=p", "PRIMARY KEY (path=? AND value=?)")]
    [InlineData("serviceCharacteristic.name=c", "PRIMARY KEY (path=? AND value=?)")]
    [InlineData("supportingService.id=s&state=active", "PRIMARY KEY (path=? AND value=?)")]
    public void Filter_that_is_asked_often_uses_its_index(string filter, string index)
    {
        var plan = _server.Explain<Service>(ServiceRequests.Check(new ListServicesRequest { Filter = filter }, Sight.All, Query.UnknownAttributes.MatchNothing));

        RunningServer.AssertSearches(plan, "service", index, index.StartsWith("PRIMARY KEY", StringComparison.Ordinal) ? "service_value_pkey" : null);
    }

    [Fact]
    public async Task Bad_filter_is_refused()
    {
        var answer = await _server.GetAsync($"{RunningServer.ServicePath}?state=running&limit=-1");

        answer.IsError(HttpStatusCode.BadRequest, "28");
        Assert.Equal(["limit", "state"], answer.Violations.Select(violation => violation.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Fields_that_are_too_deep_are_refused_before_anything_is_created()
    {
        var path = $"{RunningServer.ServicePath}?fields={string.Join('.', Enumerable.Repeat("a", 100))}";

        (await _server.SendAsync(HttpMethod.Post, path, Minimal)).IsError(HttpStatusCode.BadRequest, "28");

        Assert.Equal("[]", (await _server.GetAsync(RunningServer.ServicePath)).Body);
    }

    private async Task CreateFourAsync()
    {
        await _server.CreateServiceAsync(With(
            """
            "name":"a","serviceType":"T","relatedParty":[{"role":"user","partyOrPartyRole":{"id":"p1"}}],
            "serviceCharacteristic":[{"name":"speed","value":100},{"name":"speed","value":200}],"supportingService":[{"id":"s1"}]
            """));
        await _server.CreateServiceAsync(With(
            """
            "name":"b","relatedParty":[{"role":"user","partyOrPartyRole":{"id":"p2"}},{"role":"owner","partyOrPartyRole":{"id":"p1"}}],
            "supportingService":[{"id":"s1"},{"id":"s2","state":"active","serviceSpecification":{"id":"v"},"@type":"Service"}]
            """));
        await _server.CreateServiceAsync(With(
            """
            "name":"c","relatedParty":[{"role":"user","partyOrPartyRole":{"id":"p3"}},{"role":"nobody"}],
            "serviceCharacteristic":[{"name":"speed","value":"fast"}],"serviceRelationship":[{"relationshipType":"x","service":{"id":"s1"}},{"relationshipType":"y"}]
            """));
        await _server.CreateServiceAsync(With("\"name\":\"d\",\"serviceOrderItem\":[{\"serviceOrderId\":\"o1\",\"itemId\":\"1\"},{\"itemId\":\"2\"}]"));
    }
}
