using System.Net;
using System.Text.Json.Nodes;
using static ServiceOrdering.Server.Tests.ServiceInventory.ExampleServices;

namespace ServiceOrdering.Server.Tests.ServiceInventory;

public sealed class ServiceLifecycleTests(ServiceLifecycleTests.OneServer fixture) : IClassFixture<ServiceLifecycleTests.OneServer>
{
    // What may be made of a service in a state, beside leaving it there.
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["feasibilityChecked"] = ["designed", "reserved", "inactive", "active", "terminated"],
        ["designed"] = ["reserved", "inactive", "active", "terminated"],
        ["reserved"] = ["designed", "inactive", "active", "terminated"],
        ["inactive"] = ["active", "terminated"],
        ["active"] = ["inactive", "suspended", "terminated"],
        ["suspended"] = ["inactive", "active", "terminated"],
        ["terminated"] = [],
    };

    private readonly RunningServer _server = fixture.Server;

    public static TheoryData<string, string> Pairs
    {
        get
        {
            var pairs = new TheoryData<string, string>();
            foreach (var from in Allowed.Keys)
            {
                foreach (var to in Allowed.Keys)
                    pairs.Add(from, to);
            }
            return pairs;
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task State_leads_to_what_the_table_allows(string from, string to)
    {
        var service = await InStateAsync(from);

        var answer = await _server.PatchServiceAsync(service, $$"""{"state":"{{to}}"}""");

        if (from == to || Allowed[from].Contains(to))
        {
            Assert.Equal((HttpStatusCode.OK, to), (answer.Status, (string?)answer.Json["state"]));
        }
        else
        {
            answer.IsError(HttpStatusCode.Conflict, "62");
            Assert.Equal([("/state", "SERVICE_TRANSITION_FORBIDDEN")], answer.Violations);
            Assert.All(Allowed[from].Append(from).Append(to), state => Assert.Contains(state, (string)answer.Json["message"]!));
            Assert.Equal(from, (string)(await _server.GetAsync(PathOf(service))).Json["state"]!);
        }
    }

    [Fact]
    public async Task Active_service_has_been_started_and_keeps_its_first_start()
    {
        var service = await InStateAsync("reserved");
        Assert.Null(service["startDate"]);
        Assert.Null(service["hasStarted"]);

        var active = (await _server.PatchServiceAsync(service, """{"state":"active"}""")).Json;
        Assert.True((bool)active["hasStarted"]!);
        Assert.True(DateTimeOffset.Parse((string)active["startDate"]!) <= DateTimeOffset.UtcNow);
        await _server.PatchServiceAsync(service, """{"state":"suspended"}""");
        var again = (await _server.PatchServiceAsync(service, """{"state":"active"}""")).Json;

        Assert.Equal((string)active["startDate"]!, (string)again["startDate"]!);
    }

    [Theory]
    [InlineData("active")]
    [InlineData("reserved")]
    public async Task Whether_a_new_service_has_started_is_as_the_client_says(string state)
    {
        foreach (var hasStarted in new[] { true, false })
        {
            var service = await _server.CreateServiceAsync(With($"\"hasStarted\":{(hasStarted ? "true" : "false")}", state));

            Assert.Equal(hasStarted, (bool)service["hasStarted"]!);
            Assert.Equal(state == "active" && hasStarted, service["startDate"] is not null);
        }
    }

    [Fact]
    public async Task Planned_start_gives_way_to_the_real_one()
    {
        var service = await _server.CreateServiceAsync(With("\"startDate\":\"2099-01-01T00:00:00Z\"", "reserved"));

        var active = (await _server.PatchServiceAsync(service, """{"state":"active"}""")).Json;

        Assert.NotEqual("2099-01-01T00:00:00.000Z", (string)active["startDate"]!);
    }

    [Fact]
    public async Task Date_that_comes_with_the_state_stays()
    {
        var service = await _server.CreateServiceAsync(With("\"startDate\":\"2020-01-01T00:00:00Z\""));
        Assert.Equal("2020-01-01T00:00:00.000Z", (string)service["startDate"]!);

        var ended = (await _server.PatchServiceAsync(service, """{"state":"terminated","endDate":"2021-01-01T00:00:00Z"}""")).Json;

        Assert.Equal(("2020-01-01T00:00:00.000Z", "2021-01-01T00:00:00.000Z"), ((string)ended["startDate"]!, (string)ended["endDate"]!));
    }

    [Fact]
    public async Task Terminated_service_has_ended()
    {
        var service = await InStateAsync("terminated");

        Assert.True(DateTimeOffset.Parse((string)service["endDate"]!) <= DateTimeOffset.UtcNow);
    }

    [Fact]
    public async Task Service_does_not_start_as_terminated()
    {
        var answer = await _server.SendAsync(HttpMethod.Post, RunningServer.ServicePath, Minimal.Replace("active", "terminated"));

        answer.IsError(HttpStatusCode.BadRequest, "24");
        Assert.Equal([("/state", "FIELD_INVALID")], answer.Violations);
    }

    private async Task<JsonObject> InStateAsync(string state)
    {
        if (state != "terminated")
            return await _server.CreateServiceAsync(Minimal.Replace("active", state));
        var service = await _server.CreateServiceAsync();
        return (await _server.PatchServiceAsync(service, """{"state":"terminated"}""")).Json.AsObject();
    }

    public sealed class OneServer : IDisposable
    {
        public RunningServer Server { get; } = new();

        public void Dispose() => Server.Dispose();
    }
}
