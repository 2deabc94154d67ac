using System.Net;
using System.Text.Json.Nodes;
using ServiceOrdering.Client;
using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Server.Tests.Fulfillment;
using Tmf.ServiceOrdering.V4;
using Phase = ServiceOrdering.Fulfillment.V1.CancellationPhase;

namespace ServiceOrdering.Server.Tests.CancelServiceOrders;

/// <summary>Cancellations against completions, and against the end of the server that waits for an answer.</summary>
[Collection(typeof(Alone))]
public sealed class CancellationRaceTests
{
    private const int Races = 1000;
    private const int AtATime = 16;

    [Fact]
    public async Task Order_that_is_cancelled_while_its_last_item_is_completed_is_what_the_log_says_and_never_between()
    {
        using var server = new WorkingServer();
        var outcomes = new int[3];
        await Parallel.ForEachAsync(Enumerable.Range(0, Races), new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = Cancel }, async (number, _) =>
        {
            var id = await PlaceAsync(server, number);
            var held = Assert.Single(await server.PollAsync(capabilities: new Capability { ServiceType = $"race {number}" }));
            if (number % 2 == 1)
            {
                await server.CompleteAsync(held);
                held = Assert.Single(await server.PollAsync(capabilities: new Capability { ServiceType = $"race {number}" }));
            }

            // One who finishes and one who does as it is told have the same lease: a worker that cannot make up its mind.
            var cancelling = CreateAsync(server, id);
            await Task.WhenAll(cancelling, CompleteAsync(server, held, number), ObeyAsync(server, held, id));

            var order = await server.ReadAsync(id);
            var state = Text(order, "state");
            var told = server.EventsOf(id).Where(each => each.Type == "StateChange").Select(each => Text(each.Event["event"]!["serviceOrder"]!, "state")).ToList();
            Assert.Equal(state, told[^1]);
            Assert.Contains(state, new[] { "completed", number % 2 == 1 ? "partial" : "cancelled" });
            var services = await server.Server.GetAsync($"{RunningServer.ServicePath}?serviceOrderItem.serviceOrderId={id}");
            Assert.Equal(order["serviceOrderItem"]!.AsArray().Count(item => Text(item!, "state") == "completed"), services.Json.AsArray().Count);
            if (await cancelling is { } task)
            {
                var decided = (await server.Server.GetAsync($"/tmf-api/serviceOrdering/v4/cancelServiceOrder/{Text(task, "id")}")).Json;
                while (Text(decided, "state") != "done")
                    decided = (await server.Server.GetAsync($"/tmf-api/serviceOrdering/v4/cancelServiceOrder/{Text(task, "id")}")).Json;
                Assert.Equal(state != "completed", decided["effectiveCancellationDate"] is not null);
            }
            Interlocked.Increment(ref outcomes[state == "completed" ? 0 : state == "cancelled" ? 1 : 2]);
        });

        TestContext.Current.TestOutputHelper?.WriteLine($"{outcomes[0]} completed, {outcomes[1]} cancelled, {outcomes[2]} partial");
        Assert.All(outcomes, count => Assert.NotEqual(0, count));
        Assert.Empty(server.Server.Query<string>("select order_id from cancellation"));
        Assert.Empty(server.Server.Query<string>("select order_id from work"));
    }

    [Fact]
    public async Task Answer_that_a_killed_server_waited_for_times_out_on_another_or_on_the_next()
    {
        using var database = new TestDatabase();
        (string, string)[] settings = [("Checking:Mode", "Asynchronous"), ("Cancellation:AnswerTimeout", "00:00:04"), ("Storage:LeaseDuration", "00:00:02"), ("Fulfillment:LeaseDuration", "00:10:00")];
        using var first = await ServerProcess.StartAsync(database, Cancel, settings);
        var holder = TestDatabase.IsPostgres ? database.Query<string>("select holder from lease where name like 'server/%'").Single() : "";
        using var second = TestDatabase.IsPostgres ? await ServerProcess.StartAsync(database, Cancel, settings) : null;
        var (id, task) = await StartCancellationAsync(second ?? first);
        // Whoever does what is due has to go; leases follow those who live within a moment.
        var isFirst = !TestDatabase.IsPostgres || database.Query<string>("select holder from lease where name = 'due work'").Single() == holder;

        (isFirst ? first : second!).Kill();
        using var third = TestDatabase.IsPostgres ? null : await ServerProcess.StartAsync(database, Cancel, settings);

        using var http = new HttpClient { BaseAddress = (third ?? (isFirst ? second! : first)).Rest };
        JsonNode decided;
        do
            decided = JsonNode.Parse(await http.GetStringAsync($"/tmf-api/serviceOrdering/v4/cancelServiceOrder/{task}", Cancel))!;
        while (Text(decided, "state") == "inProgress");
        Assert.Equal(("terminatedWithError", "cancellationTimeout"), (Text(decided, "state"), Text(decided["errorMessage"]!, "code")));
        Assert.Equal("inProgress", Text(JsonNode.Parse(await http.GetStringAsync($"{RunningServer.ServiceOrderPath}/{id}", Cancel))!, "state"));
        Assert.Equal(1, database.Query<long>("select count(*) from event_log where type = 'CancelServiceOrderStateChangeEvent' and body like '%terminatedWithError%'")[0]);
    }

    private static async Task<(string OrderId, string TaskId)> StartCancellationAsync(ServerProcess server)
    {
        using var client = ServiceOrderingClient.Connect(server.Grpc.ToString());
        var work = new FulfillmentService.FulfillmentServiceClient(client.CallInvoker);
        var order = (await client.ServiceOrders.CreateServiceOrderAsync(
            new CreateServiceOrderRequest { ServiceOrder = new ServiceOrder { ServiceOrderItem = { new ServiceOrderItem { Id = "1", Action = Tmf.Common.V4.OrderItemAction.Add, Service = new Tmf.Common.V4.ServiceRefOrValue() } } } }, cancellationToken: Cancel)).ServiceOrder;
        while ((await work.PollWorkAsync(new PollWorkRequest { Worker = "tester" }, cancellationToken: Cancel)).Assignments.Count == 0)
        {
        }
        var task = await new CancelServiceOrderService.CancelServiceOrderServiceClient(client.CallInvoker).CreateCancelServiceOrderAsync(
            new CreateCancelServiceOrderRequest { CancelServiceOrder = new CancelServiceOrder { ServiceOrder = new ServiceOrderRef { Id = order.Id } } }, cancellationToken: Cancel);
        Assert.Equal(TaskState.InProgress, task.CancelServiceOrder.State);
        return (order.Id, task.CancelServiceOrder.Id);
    }

    private static Task<string> PlaceAsync(WorkingServer server, int number)
    {
        string Item(string id) => $$"""{"id":"{{id}}","action":"add","service":{"serviceType":"race {{number}}"},"serviceOrderItemRelationship":[{{(id == "2" ? """{"relationshipType":"dependency","orderItem":{"itemId":"1"}}""" : "")}}]}""";
        return server.PlaceAsync($$"""{"serviceOrderItem":[{{Item("1")}}{{(number % 2 == 1 ? "," + Item("2") : "")}}]}""");
    }

    /// <returns>The task; null where the order was final by then.</returns>
    private static async Task<JsonNode?> CreateAsync(WorkingServer server, string id)
    {
        var answer = await server.Server.SendAsync(HttpMethod.Post, "/tmf-api/serviceOrdering/v4/cancelServiceOrder", $$"""{"serviceOrder":{"id":"{{id}}"} }""");
        Assert.Contains(answer.Status, new[] { HttpStatusCode.Created, HttpStatusCode.Conflict });
        return answer.Status == HttpStatusCode.Created ? answer.Json : null;
    }

    private static async Task CompleteAsync(WorkingServer server, Assignment held, int number)
    {
        try
        {
            for (var i = number % 10; i > 0; i--)
                await server.ReportAsync(held, report => report.Renewal = new Renewal());
            await server.CompleteAsync(held);
        }
        catch (ServiceOrderingException e) when (e.Reason is "LEASE_LOST" or "SERVICE_ORDER_CHANGE_FORBIDDEN")
        {
            // Too late.
        }
    }

    /// <summary>Agrees when it is asked, and cancels when it is told to, until there is nothing left to do.</summary>
    private static async Task ObeyAsync(WorkingServer server, Assignment held, string id)
    {
        try
        {
            while (true)
            {
                var phase = (await server.ReportAsync(held, report => report.Renewal = new Renewal())).Cancellation?.Phase;
                if (phase == Phase.Assessing)
                    await server.ReportAsync(held, report => report.CancellationAnswer = new CancellationAnswer { Agreed = true });
                else if (phase == Phase.Pending)
                    await server.ReportAsync(held, report => report.Cancelled = new Cancelled());
            }
        }
        catch (ServiceOrderingException e) when (e.Reason == "LEASE_LOST")
        {
            // The item is finished, whoever was faster.
            Assert.Contains(Text(await server.ReadAsync(id), "state"), new[] { "completed", "cancelled", "partial" });
        }
    }

    private static string Text(JsonNode json, string name) => json[name]!.GetValue<string>();
}
