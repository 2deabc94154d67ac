using System.Text.Json.Nodes;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using ServiceOrdering.Client;
using ServiceOrdering.Fulfillment.V1;
using Tmf.Common.V4;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.Fulfillment;

/// <summary>Items on their way from the queue to a worker and, with what it reports, back into the order and the inventory.</summary>
public sealed class WorkTests
{
    private static readonly (string, string) ShortLease = ("Fulfillment:LeaseDuration", "00:00:01");
    private static readonly (string, string) NoBackoff = ("Fulfillment:FirstBackoff", "00:00:00");

    [Fact]
    public async Task Fiber_order_is_worked_in_the_order_of_its_dependencies_and_leaves_three_services_that_are_related_as_its_items()
    {
        using var server = new WorkingServer();
        var id = await server.PlaceAsync(ExampleOrders.Fiber);

        var first = new List<Assignment>();
        while (first.Count < 2)
            first.AddRange(await server.PollAsync(10));
        Assert.Equal(["2", "3"], first.Select(assignment => assignment.Item.Id).Order());
        Assert.Empty(await server.PollAsync(10, seconds: 0));
        foreach (var assignment in first)
            await server.CompleteAsync(assignment);
        var last = await server.TakeAsync();
        await server.ReportAsync(last, report => report.Completion = new Completion
        {
            Service = new ServiceRefOrValue { ServiceCharacteristic = { new Characteristic { Name = "vlan", Value = Value.ForNumber(100) }, new Characteristic { Name = "upstreamMbps", Value = Value.ForNumber(600) } } },
        });

        var order = await server.ReadAsync(id);
        Assert.Equal(("1", 1, "BSS-2026-000417"), (last.Item.Id, last.Attempt, last.ServiceOrder.ExternalId));
        Assert.Equal(["2", "3"], last.ServiceIds.Keys.Order());
        Assert.Equal("completed", order["state"]!.GetValue<string>());
        Assert.Empty(await server.ListAsync());
        var services = (await server.Server.GetAsync($"{RunningServer.ServicePath}?serviceOrderItem.serviceOrderId={id}")).Json.AsArray();
        Assert.Equal(3, services.Count);
        var ids = order["serviceOrderItem"]!.AsArray().ToDictionary(item => item!["id"]!.GetValue<string>(), item => item!["service"]!["id"]!.GetValue<string>());
        var internet = services.Single(service => service!["id"]!.GetValue<string>() == ids["1"])!;
        Assert.Equal(
            [ids["2"], ids["3"]], internet["serviceRelationship"]!.AsArray().Select(relationship => relationship!["service"]!["id"]!.GetValue<string>()));
        Assert.Equal("active", internet["state"]!.GetValue<string>());
        Assert.Equal("installationAddress", internet["place"]![0]!["role"]!.GetValue<string>());
        Assert.Equal(600, internet["serviceCharacteristic"]!.AsArray().Single(each => each!["name"]!.GetValue<string>() == "upstreamMbps")!["value"]!.GetValue<int>());
        Assert.Contains(internet["serviceCharacteristic"]!.AsArray(), each => each!["name"]!.GetValue<string>() == "vlan");
        // What the inventory has can be changed there: it is whole.
        var patch = await server.Server.SendAsync(HttpMethod.Patch, $"{RunningServer.ServicePath}/{ids["1"]}", """{"name":"renamed"}""", ("Content-Type", "application/merge-patch+json"));
        Assert.True((int)patch.Status == 200, patch.Body);
    }

    [Fact]
    public async Task Modify_and_delete_change_the_service_that_they_name()
    {
        using var server = new WorkingServer();
        var id = await server.PlaceAsync(WorkingServer.Order("", "1", "2"));
        foreach (var assignment in new[] { await server.TakeAsync(), await server.TakeAsync() })
            await server.CompleteAsync(assignment);
        var built = await server.WaitForAsync(id, "completed");
        var (first, second) = (ServiceOf(built, "1"), ServiceOf(built, "2"));

        var changing = await server.PlaceAsync(
            $$"""
            {"serviceOrderItem":[
                {"id":"1","action":"modify","service":{"id":"{{first}}","name":"better","serviceCharacteristic":[{"name":"speed","value":2}]} },
                {"id":"2","action":"delete","service":{"id":"{{second}}"} }]}
            """);
        foreach (var assignment in new[] { await server.TakeAsync(), await server.TakeAsync() })
            await server.CompleteAsync(assignment);
        await server.WaitForAsync(changing, "completed");

        var modified = (await server.Server.GetAsync($"{RunningServer.ServicePath}/{first}")).Json;
        var deleted = (await server.Server.GetAsync($"{RunningServer.ServicePath}/{second}")).Json;
        Assert.Equal(("better", "active", "type 1"), (modified["name"]!.GetValue<string>(), modified["state"]!.GetValue<string>(), modified["serviceType"]!.GetValue<string>()));
        Assert.Equal([id, changing], modified["serviceOrderItem"]!.AsArray().Select(link => link!["serviceOrderId"]!.GetValue<string>()));
        Assert.Equal("terminated", deleted["state"]!.GetValue<string>());
        Assert.NotNull(deleted["endDate"]);
    }

    [Fact]
    public async Task While_a_worker_holds_an_item_nobody_else_changes_its_state()
    {
        using var server = new WorkingServer();
        var id = await server.PlaceAsync(WorkingServer.Order("", "1"));
        var assignment = await server.TakeAsync();

        var refusal = await server.Server.SendAsync(
            HttpMethod.Patch, $"{RunningServer.ServiceOrderPath}/{id}", """[{"op":"replace","path":"/serviceOrderItem/0/state","value":"completed"}]""", ("Content-Type", "application/json-patch+json"));

        refusal.IsError(System.Net.HttpStatusCode.Conflict, "62");
        Assert.Contains($"Worker 'tester' holds item '1' until {assignment.LeaseExpires.ToDateTime():yyyy-MM-dd}", refusal.Body);
        await server.CompleteAsync(assignment);
        Assert.Equal("completed", (await server.ReadAsync(id))["state"]!.GetValue<string>());
    }

    [Fact]
    public async Task Lease_that_ran_out_is_lost_and_the_item_is_completed_by_exactly_one()
    {
        using var server = new WorkingServer(ShortLease, NoBackoff);
        var id = await server.PlaceAsync(WorkingServer.Order("", "1"));

        var paused = await server.TakeAsync();
        var other = await server.TakeAsync();
        await server.AssertLostAsync(paused, report => report.Completion = new Completion());
        await server.AssertLostAsync(paused, report => report.Renewal = new Renewal());
        await server.CompleteAsync(other);

        Assert.Equal((1, 2), (paused.Attempt, other.Attempt));
        Assert.Equal("completed", (await server.ReadAsync(id))["state"]!.GetValue<string>());
        Assert.Single((await server.Server.GetAsync(RunningServer.ServicePath)).Json.AsArray());
        await server.AssertLostAsync(other, report => report.Completion = new Completion());
    }

    [Fact]
    public async Task Renewed_lease_lasts_and_tells_how_far_the_work_is()
    {
        using var server = new WorkingServer(ShortLease);
        await server.PlaceAsync(WorkingServer.Order("", "1"));
        var assignment = await server.TakeAsync();

        for (var i = 0; i < 4; i++)
        {
            // Half a lease, and nobody else gets the item meanwhile.
            Assert.Empty(await server.PollAsync(seconds: 0.5));
            await server.ReportAsync(assignment, report => report.Renewal = new Renewal { Percentage = 25 * i });
        }

        var item = Assert.Single(await server.ListAsync());
        Assert.Equal((WorkItemState.Leased, "tester", 75), (item.State, item.Worker, item.Percentage));
        await server.CompleteAsync(assignment);
    }

    [Fact]
    public async Task Renewals_do_not_extend_the_time_that_an_item_may_be_in_work()
    {
        using var server = new WorkingServer(ShortLease, ("Fulfillment:LongestWork", "00:00:02"));
        var id = await server.PlaceAsync(WorkingServer.Order("", "1"));
        var assignment = await server.TakeAsync();

        var refusal = await Assert.ThrowsAsync<ServiceOrderingException>(async () =>
        {
            while (true)
            {
                await server.ReportAsync(assignment, report => report.Renewal = new Renewal());
                Assert.Empty(await server.PollAsync(seconds: 0.3));
            }
        });

        Assert.Equal("LEASE_LOST", refusal.Reason);
        var order = await server.WaitForAsync(id, "failed");
        Assert.Equal("workTimeout", order["serviceOrderItem"]![0]!["errorMessage"]![0]!["code"]!.GetValue<string>());
    }

    [Fact]
    public async Task Retryable_failure_is_tried_again_and_the_last_one_fails_the_item_and_what_depends_on_it()
    {
        using var server = new WorkingServer(NoBackoff, ("Fulfillment:MaxAttempts", "2"));
        var id = await server.PlaceAsync(WorkingServer.Order("", "1", "2:1", "3:2"));

        await server.ReportAsync(await server.TakeAsync(), Fails);
        var second = await server.TakeAsync();
        await server.ReportAsync(second, Fails);

        var order = await server.ReadAsync(id);
        Assert.Equal(2, second.Attempt);
        Assert.Equal("failed", order["state"]!.GetValue<string>());
        Assert.Equal("no line", order["serviceOrderItem"]![0]!["errorMessage"]![0]!["message"]!.GetValue<string>());
        Assert.Contains("Item '1'", order["serviceOrderItem"]![1]!["errorMessage"]![0]!["message"]!.GetValue<string>());
        Assert.Contains("Item '2'", order["serviceOrderItem"]![2]!["errorMessage"]![0]!["message"]!.GetValue<string>());

        static void Fails(ReportWorkRequest report) => report.Failure = new Failure { Retryable = true, ErrorMessages = { new ServiceOrderItemErrorMessage { Message = "no line" } } };
    }

    [Fact]
    public async Task Item_that_is_given_back_counts_no_attempt()
    {
        using var server = new WorkingServer();
        await server.PlaceAsync(WorkingServer.Order("", "1"));

        await server.ReportAsync(await server.TakeAsync(), report => report.Return = new Return());
        var again = await server.TakeAsync();

        Assert.Equal(1, again.Attempt);
        await server.CompleteAsync(again);
    }

    [Fact]
    public async Task Milestones_alerts_and_missing_information_are_told_and_kept()
    {
        using var server = new WorkingServer();
        var id = await server.PlaceAsync(WorkingServer.Order("", "1"));
        var assignment = await server.TakeAsync();

        await server.ReportAsync(assignment, report => report.Milestone = new ServiceOrderMilestone { Name = "designed" });
        await server.ReportAsync(assignment, report => report.JeopardyAlert = new ServiceOrderJeopardyAlert { Name = "late", JeopardyType = "delay" });
        await server.ReportAsync(assignment, report => report.InformationRequest = new InformationRequest { FieldPath = "serviceOrderItem.service.place", Message = "Where?" });
        var pending = await server.ReadAsync(id);
        Assert.Empty(await server.PollAsync(seconds: 0));
        await server.AssertLostAsync(assignment, report => report.Renewal = new Renewal());
        await server.Server.SendAsync(
            HttpMethod.Patch, $"{RunningServer.ServiceOrderPath}/{id}",
            """[{"op":"add","path":"/serviceOrderItem/0/service/place","value":[{"role":"installation","id":"p"}]},{"op":"replace","path":"/serviceOrderItem/0/state","value":"inProgress"}]""",
            ("Content-Type", "application/json-patch+json"));
        var again = await server.TakeAsync();

        Assert.Equal(("designed", "late"), (pending["milestone"]![0]!["name"]!.GetValue<string>(), pending["jeopardyAlert"]![0]!["name"]!.GetValue<string>()));
        Assert.Equal(("pending", "pending", "Item 1: Where?"), (pending["state"]!.GetValue<string>(), WorkingServer.StateOf(pending, "1"), pending["note"]![0]!["text"]!.GetValue<string>()));
        Assert.Equal(("p", 1), (again.Item.Service.Place.Single().Id, again.Attempt));
        var events = server.EventsOf(id);
        Assert.Equal("designed", events.Single(told => told.Type == "Milestone").Event["event"]!["serviceOrder"]!["milestone"]![0]!["name"]!.GetValue<string>());
        Assert.Equal("late", events.Single(told => told.Type == "Jeopardy").Event["event"]!["serviceOrder"]!["jeopardyAlert"]![0]!["name"]!.GetValue<string>());
        var required = events.Single(told => told.Type == "InformationRequired").Event;
        Assert.Equal(("serviceOrderItem.service.place", "pending"), (required["fieldPath"]!.GetValue<string>(), required["event"]!["serviceOrder"]!["state"]!.GetValue<string>()));
        Assert.Equal("add", required["event"]!["serviceOrder"]!["serviceOrderItem"]![0]!["action"]!.GetValue<string>());
    }

    [Fact]
    public async Task Worker_holds_and_resumes_its_item()
    {
        using var server = new WorkingServer();
        var id = await server.PlaceAsync(WorkingServer.Order("", "1"));
        var assignment = await server.TakeAsync();

        var held = await server.ReportAsync(assignment, report => report.Hold = new Hold { Reason = "no access" });
        var resumed = await server.ReportAsync(assignment, report => report.Resumption = new Resumption());

        Assert.Equal((ServiceOrderItemState.Held, ServiceOrderState.Held), (held.ItemState, held.ServiceOrderState));
        Assert.Equal((ServiceOrderItemState.InProgress, ServiceOrderState.InProgress), (resumed.ItemState, resumed.ServiceOrderState));
        await server.CompleteAsync(assignment);
        Assert.Equal("completed", (await server.ReadAsync(id))["state"]!.GetValue<string>());
    }

    [Fact]
    public async Task Suspended_order_hands_out_nothing_and_its_holders_may_finish()
    {
        using var server = new WorkingServer();
        var id = await server.PlaceAsync(WorkingServer.Order("", "1", "2", "3:1"));
        var first = await server.TakeAsync();

        await PatchAsync(server, id, """{"state":"held"}""");
        Assert.Empty(await server.PollAsync(10, seconds: 0));
        var finished = await server.CompleteAsync(first);
        Assert.Empty(await server.PollAsync(10, seconds: 0));
        var resumed = await PatchAsync(server, id, """{"state":"inProgress"}""");
        var rest = new List<Assignment>();
        while (rest.Count < 2)
            rest.AddRange(await server.PollAsync(10));

        Assert.Equal((ServiceOrderItemState.Completed, ServiceOrderState.Held), (finished.ItemState, finished.ServiceOrderState));
        Assert.Equal("inProgress", resumed["state"]!.GetValue<string>());
        Assert.Equal(["2", "3"], rest.Select(assignment => assignment.Item.Id).Order());
        foreach (var assignment in rest)
            await server.CompleteAsync(assignment);
        Assert.Equal("completed", (await server.ReadAsync(id))["state"]!.GetValue<string>());
    }

    [Fact]
    public async Task Suspended_order_whose_last_item_is_finished_passes_through_in_progress()
    {
        using var server = new WorkingServer();
        var id = await server.PlaceAsync(WorkingServer.Order("", "1"));
        var assignment = await server.TakeAsync();
        await PatchAsync(server, id, """{"state":"held"}""");

        var finished = await server.CompleteAsync(assignment);

        Assert.Equal(ServiceOrderState.Completed, finished.ServiceOrderState);
        Assert.Equal(
            ["inProgress", "held", "inProgress", "completed"],
            server.EventsOf(id).Where(told => told.Type == "StateChange").Select(told => told.Event["event"]!["serviceOrder"]!["state"]!.GetValue<string>()));
        Assert.Equal(System.Net.HttpStatusCode.OK, (await server.Server.SendAsync(
            HttpMethod.Patch, $"{RunningServer.ServiceOrderPath}/{id}", """{"note":[{"text":"done"}]}""", ("Content-Type", "application/merge-patch+json"))).Status);
    }

    [Fact]
    public async Task Worker_that_takes_many_items_and_stops_starves_nobody_and_what_it_held_comes_back_once()
    {
        const int Items = 10_000;
        using var server = new WorkingServer(("Fulfillment:LeaseDuration", "00:00:05"), NoBackoff);
        await Task.WhenAll(Enumerable.Range(0, 25).Select(async _ =>
        {
            for (var i = 0; i < Items / 250; i++)
                await server.PlaceAsync(WorkingServer.Order("", [.. Enumerable.Range(0, 10).Select(item => $"{item}")]));
        }));
        var stopped = new List<Assignment>();
        while (stopped.Count < 100)
            stopped.AddRange(await server.PollAsync(100 - stopped.Count, worker: "stopped"));

        var completed = new System.Collections.Concurrent.ConcurrentDictionary<string, int>();
        await Task.WhenAll(Enumerable.Range(0, 7).Select(number => Task.Run(async () =>
        {
            while (completed.Count < Items)
            {
                foreach (var assignment in await server.PollAsync(50, seconds: 0.5, worker: $"worker {number}"))
                {
                    await server.CompleteAsync(assignment);
                    Assert.True(completed.TryAdd($"{assignment.ServiceOrder.Id}/{assignment.Item.Id}", assignment.Attempt));
                }
            }
        }, Cancel)));

        Assert.Equal(100, completed.Values.Count(attempt => attempt == 2));
        Assert.All(stopped, assignment => Assert.Equal(2, completed[$"{assignment.ServiceOrder.Id}/{assignment.Item.Id}"]));
        Assert.Equal(Items, server.Server.Query<long>("select count(*) from service").Single());
        await server.AssertLostAsync(stopped[0], report => report.Completion = new Completion());
    }

    [Fact]
    public async Task Order_waits_for_the_orders_and_items_of_others_that_it_depends_on()
    {
        using var server = new WorkingServer();
        var first = await server.PlaceAsync(WorkingServer.Order("", "1", "2"));
        var taken = new[] { await server.TakeAsync(), await server.TakeAsync() }.ToDictionary(assignment => assignment.Item.Id);
        var onItem = await server.PlaceAsync(
            $$"""{"serviceOrderItem":[{"id":"1","action":"add","service":{},"serviceOrderItemRelationship":[{"relationshipType":"dependency","orderItem":{"itemId":"1","serviceOrderId":"{{first}}"} }]}]}""");
        var onOrder = await server.PlaceAsync(WorkingServer.Order($$""" "orderRelationship":[{"relationshipType":"dependency","id":"{{first}}"}] """, "1"));
        await server.WaitForAsync(onItem, "inProgress");
        await server.WaitForAsync(onOrder, "inProgress");
        Assert.Empty(await server.PollAsync(10, seconds: 0));

        await server.CompleteAsync(taken["1"]);
        var second = await server.TakeAsync();
        Assert.Empty(await server.PollAsync(10, seconds: 0));
        await server.CompleteAsync(taken["2"]);
        var third = await server.TakeAsync();

        Assert.Equal((onItem, onOrder), (second.ServiceOrder.Id, third.ServiceOrder.Id));
    }

    [Fact]
    public async Task Order_that_waits_for_one_that_fails_fails_too()
    {
        using var server = new WorkingServer();
        var first = await server.PlaceAsync(WorkingServer.Order("", "1"));
        var taken = await server.TakeAsync();
        var second = await server.PlaceAsync(WorkingServer.Order($$""" "orderRelationship":[{"relationshipType":"dependency","id":"{{first}}"}] """, "1"));
        await server.WaitForAsync(second, "inProgress");

        await server.ReportAsync(taken, report => report.Failure = new Failure());

        var failed = await server.WaitForAsync(second, "failed");
        Assert.Contains(first, failed["serviceOrderItem"]![0]!["errorMessage"]![0]!["message"]!.GetValue<string>());
    }

    [Fact]
    public async Task Highest_priority_comes_first_and_customers_take_turns()
    {
        using var server = new WorkingServer();
        var names = new Dictionary<string, string>();
        foreach (var (name, priority, customer) in new[] { ("a1", "4", "A"), ("a2", "4", "A"), ("a3", "4", "A"), ("b1", "4", "B"), ("urgent", "0", "A"), ("b2", "4", "B") })
        {
            var id = await server.PlaceAsync(WorkingServer.Order($$""" "priority":"{{priority}}","relatedParty":[{"id":"{{customer}}","role":"customer"}] """, "1"));
            await server.WaitForAsync(id, "inProgress");
            names.Add(id, name);
        }

        var given = new List<string>();
        for (var i = 0; i < names.Count; i++)
            given.Add(names[(await server.TakeAsync()).ServiceOrder.Id]);

        Assert.Equal("urgent", given[0]);
        Assert.Equal(["a1", "a2", "a3"], given.Where(name => name[0] == 'a'));
        Assert.Equal(["a1", "b1"], given[1..3].Order());
        Assert.Equal(["a2", "b2"], given[3..5].Order());
    }

    [Fact]
    public async Task Worker_is_given_what_it_can_do_and_nothing_else()
    {
        using var server = new WorkingServer();
        await server.PlaceAsync(WorkingServer.Order("", "1", "2", "3"));

        var second = await server.PollAsync(10, capabilities: [new Capability { ServiceType = "type 2", Action = OrderItemAction.Add }, new Capability { ServiceType = "type 9" }]);
        var none = await server.PollAsync(10, seconds: 0, capabilities: [new Capability { ServiceType = "type 3", Action = OrderItemAction.Delete }]);
        var listed = await server.ListAsync();

        Assert.Equal("2", Assert.Single(second).Item.Id);
        Assert.Empty(none);
        Assert.All(listed.Where(item => item.State == WorkItemState.Waiting), item => Assert.True(item.HasNoWorker));
    }

    [Fact]
    public async Task Stream_gives_no_more_than_there_is_credit_for_and_what_it_gave_comes_back_when_it_ends()
    {
        using var server = new WorkingServer(("Fulfillment:LeaseDuration", "01:00:00"), NoBackoff);
        await server.PlaceAsync(WorkingServer.Order("", "1", "2", "3"));
        var stream = server.Work.StreamWork(cancellationToken: Cancel);
        await stream.RequestStream.WriteAsync(new StreamWorkRequest { Start = new WorkerStart { Worker = "streamer" } }, Cancel);
        await stream.RequestStream.WriteAsync(new StreamWorkRequest { Credit = new WorkerCredit { Items = 2 } }, Cancel);

        Assert.True(await stream.ResponseStream.MoveNext(Cancel));
        var first = stream.ResponseStream.Current.Assignment;
        Assert.True(await stream.ResponseStream.MoveNext(Cancel));
        var held = (await server.ListAsync()).Where(item => item.State == WorkItemState.Leased).ToList();
        var workers = (await server.Work.ListWorkersAsync(new ListWorkersRequest(), cancellationToken: Cancel)).Workers;
        await server.CompleteAsync(first);
        stream.Dispose();
        var rest = new List<Assignment>();
        while (rest.Count < 2)
            rest.AddRange(await server.PollAsync(10));

        Assert.Equal(2, held.Count);
        Assert.Equal(("streamer", 0, 2L), workers.Select(worker => (worker.Name, worker.Credit, worker.Assignments)).Single());
        Assert.DoesNotContain(first.Item.Id, rest.Select(assignment => assignment.Item.Id));
    }

    [Fact]
    public async Task Worker_that_does_not_read_is_given_few_items_and_others_have_the_rest()
    {
        const int Large = 200_000;
        using var server = new WorkingServer(("Fulfillment:LeaseDuration", "00:10:00"));
        for (var i = 0; i < 60; i++)
            await server.PlaceAsync(WorkingServer.Order($"\"description\":\"{new string('x', Large)}\"", "1"));
        // It has credit for all of them, and never reads.
        using var stream = server.Work.StreamWork(cancellationToken: Cancel);
        await stream.RequestStream.WriteAsync(new StreamWorkRequest { Start = new WorkerStart { Worker = "silent" } }, Cancel);
        await stream.RequestStream.WriteAsync(new StreamWorkRequest { Credit = new WorkerCredit { Items = 1000 } }, Cancel);

        var others = 0;
        while (await server.PollAsync(100, seconds: 1) is { Count: > 0 } given)
        {
            Assert.InRange(given.Sum(assignment => assignment.CalculateSize()), 1, 4 * 1024 * 1024);
            others += given.Count;
        }

        Assert.InRange((await server.ListAsync()).Count(item => item.Worker == "silent"), 1, 40);
        Assert.InRange(others, 20, 59);
    }

    [Fact]
    public async Task Report_that_is_repeated_under_its_request_id_is_answered_as_before_and_done_once()
    {
        using var server = new WorkingServer();
        var id = await server.PlaceAsync(WorkingServer.Order("", "1"));
        var assignment = await server.TakeAsync();
        void Report(ReportWorkRequest report) => (report.RequestId, report.Completion) = ("once", new Completion());

        var first = await server.ReportAsync(assignment, Report);
        var again = await server.ReportAsync(assignment, Report);

        Assert.Equal((false, true), (first.Replayed, again.Replayed));
        Assert.Equal(first.ServiceId, again.ServiceId);
        Assert.Single(server.EventsOf(id), told => told.Type == "StateChange" && told.Event["event"]!["serviceOrder"]!["state"]!.GetValue<string>() == "completed");
    }

    [Fact]
    public async Task Leases_outlive_the_server_and_reports_are_kept_after_its_restart()
    {
        using var database = new TestDatabase();
        Assignment assignment;
        string id;
        using (var server = new WorkingServer(database))
        {
            id = await server.PlaceAsync(WorkingServer.Order("", "1", "2:1"));
            assignment = await server.TakeAsync();
        }

        using var restarted = new WorkingServer(database);
        Assert.Empty(await restarted.PollAsync(seconds: 0));
        await restarted.CompleteAsync(assignment);
        await restarted.CompleteAsync(await restarted.TakeAsync());

        Assert.Equal("completed", (await restarted.ReadAsync(id))["state"]!.GetValue<string>());
    }

    [Fact]
    public async Task Order_whose_work_was_lost_too_often_fails_and_holds_up_no_other()
    {
        using var server = new WorkingServer(ShortLease, NoBackoff, ("Fulfillment:MaxAttempts", "1"));
        var bad = await server.PlaceAsync(WorkingServer.Order("", "1"));
        await server.TakeAsync();
        var good = await server.PlaceAsync(WorkingServer.Order("", "1"));

        await server.CompleteAsync(await server.TakeAsync());

        await server.WaitForAsync(good, "completed");
        var failed = await server.WaitForAsync(bad, "failed");
        Assert.Equal("leaseLost", failed["serviceOrderItem"]![0]!["errorMessage"]![0]!["code"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("""{"worker":"","maxItems":0,"wait":"100s"}""", "/worker", "/maxItems", "/wait")]
    [InlineData("""{"worker":"w","capabilities":[],"maxItems":101}""", "/maxItems")]
    public async Task Bad_poll_is_refused_with_everything_that_is_wrong(string body, params string[] fields)
    {
        using var server = new WorkingServer();

        var answer = await server.Server.SendAsync(HttpMethod.Post, "/fulfillment/v1/work:poll", body);

        Assert.Equal(System.Net.HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(fields, answer.Violations.Select(violation => violation.Path));
    }

    [Fact]
    public async Task Bad_reports_and_streams_are_refused()
    {
        using var server = new WorkingServer();

        var report = await Assert.ThrowsAsync<ServiceOrderingException>(() => server.ReportAsync(new Assignment { LeaseToken = "x" }, report => report.Renewal = new Renewal { Percentage = 101 }));
        using var stream = server.Work.StreamWork(cancellationToken: Cancel);
        await stream.RequestStream.WriteAsync(new StreamWorkRequest { Start = new WorkerStart { Worker = "w" } }, Cancel);
        await stream.RequestStream.WriteAsync(new StreamWorkRequest { Credit = new WorkerCredit { Items = 1001 } }, Cancel);
        var credit = await Assert.ThrowsAsync<ServiceOrderingException>(() => stream.ResponseStream.MoveNext(Cancel));

        Assert.Equal(["renewal.percentage", "lease_token"], report.Violations.Select(violation => violation.Field));
        Assert.Equal((StatusCode.InvalidArgument, "credit.items"), (credit.StatusCode, credit.Violations.Single().Field));
    }

    private static string ServiceOf(JsonNode order, string item) =>
        order["serviceOrderItem"]!.AsArray().Single(each => each!["id"]!.GetValue<string>() == item)!["service"]!["id"]!.GetValue<string>();

    private static async Task<JsonNode> PatchAsync(WorkingServer server, string id, string json) =>
        (await server.Server.SendAsync(HttpMethod.Patch, $"{RunningServer.ServiceOrderPath}/{id}", json, ("Content-Type", "application/merge-patch+json"))).Json;
}
