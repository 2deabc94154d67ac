using System.Text.Json.Nodes;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using ServiceOrdering.Client;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Fulfillment.V1;

namespace ServiceOrdering.Server.Tests.Fulfillment;

/// <summary>A server that checks orders and hands out their items, with a client for workers.</summary>
public sealed class WorkingServer : IDisposable
{
    private readonly TestDatabase? _owned;

    public WorkingServer(params (string Key, string Value)[] settings)
        : this(new TestDatabase(), settings) => _owned = Server.Database;

    /// <summary>A server whose clock is the test's.</summary>
    public WorkingServer(TimeProvider time, params (string Key, string Value)[] settings)
        : this(new TestDatabase(), services => services.AddSingleton(time), settings) => _owned = Server.Database;

    public WorkingServer(TestDatabase database, params (string Key, string Value)[] settings)
        : this(database, _ => { }, settings)
    {
    }

    private WorkingServer(TestDatabase database, Action<IServiceCollection> services, (string Key, string Value)[] settings)
    {
        Server = new RunningServer(database, services, [("Checking:Mode", "Asynchronous"), .. settings]);
        Work = new FulfillmentService.FulfillmentServiceClient(Server.Client.CallInvoker);
    }

    public RunningServer Server { get; }

    public FulfillmentService.FulfillmentServiceClient Work { get; }

    /// <summary>An order of items that each depend on some before them: "1", "2:1", "3:1,2".</summary>
    public static string Order(string members, params string[] items) =>
        $$"""
        {{{members}}{{(members.Length > 0 ? "," : "")}}"serviceOrderItem":[{{string.Join(',', items.Select(item => Item(item.Split(':'))))}}]}
        """;

    public async Task<string> PlaceAsync(string json)
    {
        var answer = await Server.PostOrderAsync(json);
        Assert.True((int)answer.Status == 201, answer.Body);
        return answer.Json["id"]!.GetValue<string>();
    }

    public async Task<JsonNode> ReadAsync(string id) => (await Server.GetAsync($"{RunningServer.ServiceOrderPath}/{id}")).Json;

    /// <summary>Waits until an order is in a state.</summary>
    public async Task<JsonNode> WaitForAsync(string id, params string[] states) =>
        await WaitForAsync(id, order => states.Contains(order["state"]!.GetValue<string>()));

    /// <summary>Waits until an order is as it should be, event by event.</summary>
    public async Task<JsonNode> WaitForAsync(string id, Func<JsonNode, bool> isSo)
    {
        using var watch = Server.Events.WatchEvents(new WatchEventsRequest { ResourceIds = { id } }, cancellationToken: Cancel);
        await watch.ResponseStream.MoveNext(Cancel);
        while (true)
        {
            var order = await ReadAsync(id);
            if (isSo(order))
                return order;
            await watch.ResponseStream.MoveNext(Cancel);
        }
    }

    /// <summary>Takes items, as many as there are at once.</summary>
    public async Task<List<Assignment>> PollAsync(int items = 1, double seconds = 20, string worker = "tester", params Capability[] capabilities) =>
        [.. (await Work.PollWorkAsync(
            new PollWorkRequest { Worker = worker, MaxItems = items, Wait = Duration.FromTimeSpan(TimeSpan.FromSeconds(seconds)), Capabilities = { capabilities } }, cancellationToken: Cancel)).Assignments];

    /// <summary>Takes one item.</summary>
    public async Task<Assignment> TakeAsync() => Assert.Single(await PollAsync());

    public async Task<ReportWorkResponse> ReportAsync(Assignment assignment, Action<ReportWorkRequest> report)
    {
        var request = new ReportWorkRequest { LeaseToken = assignment.LeaseToken };
        report(request);
        return await Work.ReportWorkAsync(request, cancellationToken: Cancel);
    }

    public Task<ReportWorkResponse> CompleteAsync(Assignment assignment) => ReportAsync(assignment, report => report.Completion = new Completion());

    /// <summary>Asserts that a report is refused since its lease has ended.</summary>
    public async Task AssertLostAsync(Assignment assignment, Action<ReportWorkRequest> report)
    {
        var refusal = await Assert.ThrowsAsync<ServiceOrderingException>(() => ReportAsync(assignment, report));
        Assert.Equal((StatusCode.FailedPrecondition, "LEASE_LOST"), (refusal.StatusCode, refusal.Reason));
    }

    public async Task<List<WorkItem>> ListAsync(string orderId = "") =>
        [.. (await Work.ListWorkItemsAsync(new ListWorkItemsRequest { ServiceOrderId = orderId }, cancellationToken: Cancel)).WorkItems];

    /// <summary>All events of a resource, oldest first.</summary>
    public List<(string Type, JsonNode Event)> EventsOf(string id) =>
        Server.Query<(string Type, string Body)>("select type, body from event_log where resource_id = @id order by position", new { id })
            .ConvertAll(row => (row.Type.Replace("ServiceOrder", "").Replace("Event", ""), JsonNode.Parse(row.Body.EndsWith(":}}", StringComparison.Ordinal) ? row.Body[..^2] + "null}}" : row.Body)!));

    public static string StateOf(JsonNode order, string item) =>
        order["serviceOrderItem"]!.AsArray().Single(each => each!["id"]!.GetValue<string>() == item)!["state"]!.GetValue<string>();

    public void Dispose()
    {
        Server.Dispose();
        _owned?.Dispose();
    }

    private static string Item(string[] parts)
    {
        var relations = parts.Length == 1 ? "" : string.Join(',', parts[1].Split(',').Select(on => $$$"""{"relationshipType":"dependency","orderItem":{"itemId":"{{{on}}}"}}"""));
        return $$"""{"id":"{{parts[0]}}","action":"add","service":{"name":"service {{parts[0]}}","serviceType":"type {{parts[0]}}"},"serviceOrderItemRelationship":[{{relations}}]}""";
    }
}
