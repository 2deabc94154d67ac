using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Server.Fulfillment;
using Tmf.Common.V4;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.Fulfillment;

/// <summary>Items that could not be worked, and what people decide about them.</summary>
public sealed class FalloutTests
{
    [Fact]
    public async Task Item_that_cannot_be_tried_again_is_held_with_its_error_and_is_found_by_what_it_is()
    {
        using var server = new FalloutServer();
        var id = await server.Working.PlaceAsync(WorkingServer.Order(
            """ "externalId":"A-1","priority":"1","category":"fiber","relatedParty":[{"id":"ACME","name":"Acme","role":"customer","@referredType":"Organization"}] """, "1", "2:1"));

        await server.FailAsync();

        var order = await server.Working.ReadAsync(id);
        Assert.Equal(("held", "held", "acknowledged"), (order["state"]!.GetValue<string>(), WorkingServer.StateOf(order, "1"), WorkingServer.StateOf(order, "2")));
        Assert.Equal("noLine", order["serviceOrderItem"]![0]!["errorMessage"]![0]!["code"]!.GetValue<string>());
        var item = await server.OfAsync(id);
        Assert.Equal((id, "1", FalloutState.Open, FalloutType.Failure), (item.ServiceOrderId, item.ItemId, item.State, item.FalloutType));
        Assert.Equal(("noLine", "There is no line.", 1, "tester"), (item.CauseCode, item.Cause, item.Attempts, item.Worker));
        Assert.Equal((OrderItemAction.Add, "type 1", "fiber", 1, "ACME", "A-1"), (item.Action, item.ServiceType, item.Category, item.Priority, item.Customer, item.ExternalId));
        Assert.Equal((0, "", ""), (item.Retries, item.Assignee, item.JobId));
        Assert.Equal(item, (await server.Fallout.GetFalloutItemAsync(new GetFalloutItemRequest { Id = item.Id }, cancellationToken: Cancel)).FalloutItem);
        var rest = await server.Server.GetAsync($"/fulfillment/v1/falloutItems?filter={Uri.EscapeDataString("state=open&falloutType=failure&customer=ACME")}");
        Assert.Equal((item.Id, 1), (rest.Json["falloutItems"]![0]!["id"]!.GetValue<string>(), rest.Json["totalCount"]!.GetValue<int>()));
        Assert.Empty(await server.Working.PollAsync(seconds: 0));
    }

    [Fact]
    public async Task Item_whose_worker_always_dies_is_held_after_its_attempts_while_others_are_worked()
    {
        using var server = new FalloutServer(FalloutServer.ShortLease, FalloutServer.NoBackoff, ("Fulfillment:MaxAttempts", "2"));
        var poison = await server.Working.PlaceAsync(WorkingServer.Order("", "poison"));
        var held = server.Working.WaitForAsync(poison, "held");

        var good = 0;
        while (!held.IsCompleted)
        {
            var id = await server.Working.PlaceAsync(WorkingServer.Order("", "good"));
            var completed = good;
            while (good == completed)
            {
                foreach (var assignment in (await server.Working.PollAsync(2)).Where(assignment => assignment.Item.Id == "good"))
                {
                    await server.Working.CompleteAsync(assignment);
                    good++;
                }
            }
            Assert.Equal("completed", (await server.Working.ReadAsync(id))["state"]!.GetValue<string>());
        }

        var item = await server.OfAsync(poison);
        Assert.Equal((FalloutState.Open, FalloutType.LeaseLost, "leaseLost", 2), (item.State, item.FalloutType, item.CauseCode, item.Attempts));
        Assert.Single(await server.ListAsync());
        Assert.True(good > 1);
    }

    [Fact]
    public async Task Item_that_was_tried_too_often_is_held()
    {
        using var server = new FalloutServer(FalloutServer.NoBackoff, ("Fulfillment:MaxAttempts", "2"));
        var id = await server.Working.PlaceAsync(WorkingServer.Order("", "1"));

        await server.Working.ReportAsync(await server.Working.TakeAsync(), FalloutServer.Failure(isRetryable: true));
        Assert.Empty(await server.ListAsync());
        await server.Working.ReportAsync(await server.Working.TakeAsync(), FalloutServer.Failure(isRetryable: true));

        var item = await server.OfAsync(id);
        Assert.Equal((FalloutType.AttemptsExhausted, "noLine", 2), (item.FalloutType, item.CauseCode, item.Attempts));
    }

    [Fact]
    public async Task Item_that_is_in_work_for_too_long_is_held()
    {
        using var server = new FalloutServer(FalloutServer.ShortLease, ("Fulfillment:LongestWork", "00:00:01"));
        var id = await server.Working.PlaceAsync(WorkingServer.Order("", "1"));
        await server.Working.TakeAsync();

        await server.Working.WaitForAsync(id, "held");

        var item = await server.OfAsync(id);
        Assert.Equal((FalloutType.Overdue, "workTimeout", "tester"), (item.FalloutType, item.CauseCode, item.Worker));
    }

    [Fact]
    public async Task Worker_that_gives_no_reason_is_named()
    {
        using var server = new FalloutServer();
        var id = await server.Working.PlaceAsync(WorkingServer.Order("", "1"));

        await server.Working.ReportAsync(await server.Working.TakeAsync(), report => report.Failure = new Failure());

        Assert.Contains("'tester'", (await server.OfAsync(id)).Cause);
    }

    [Fact]
    public async Task Where_failures_fail_nothing_falls_out()
    {
        using var server = new FalloutServer(("Fulfillment:OnFailure", "Fail"));
        var id = await server.Working.PlaceAsync(WorkingServer.Order("", "1"));

        await server.FailAsync();

        Assert.Equal("failed", (await server.Working.ReadAsync(id))["state"]!.GetValue<string>());
        Assert.Empty(await server.ListAsync());
    }

    [Fact]
    public async Task Retried_item_is_worked_with_other_characteristics_and_as_many_attempts_as_a_new_one()
    {
        using var server = new FalloutServer(FalloutServer.NoBackoff, ("Fulfillment:MaxAttempts", "2"));
        var id = await server.Working.PlaceAsync(
            """{"serviceOrderItem":[{"id":"1","action":"add","service":{"name":"a","serviceCharacteristic":[{"name":"port","value":1},{"name":"speed","value":100}]}}]}""");
        await server.FailAsync();

        var retried = (await server.Fallout.RetryFalloutItemAsync(
            new RetryFalloutItemRequest
            {
                Id = (await server.OfAsync(id)).Id,
                Actor = "kim",
                Note = "Port 1 is broken.",
                ServiceCharacteristic = { new Characteristic { Name = "port", Value = Value.ForNumber(2) } },
            },
            cancellationToken: Cancel)).FalloutItem;

        Assert.Equal((FalloutState.Retried, 1), (retried.State, retried.Retries));
        Assert.Equal(("kim", "Retried. Port 1 is broken."), (retried.Notes.Single().Author, retried.Notes.Single().Text));
        for (var attempt = 1; attempt <= 2; attempt++)
        {
            var assignment = await server.Working.TakeAsync();
            Assert.Equal(attempt, assignment.Attempt);
            Assert.Equal([("speed", 100.0), ("port", 2.0)], assignment.Item.Service.ServiceCharacteristic.Select(each => (each.Name, each.Value.NumberValue)));
            if (attempt == 1)
                await server.Working.ReportAsync(assignment, FalloutServer.Failure(isRetryable: true));
            else
                await server.Working.CompleteAsync(assignment);
        }
        var recovered = await server.OfAsync(id);
        Assert.Equal((FalloutState.Recovered, 1), (recovered.State, recovered.Retries));
        Assert.NotNull(recovered.ResolvedDate);
        var told = server.Working.EventsOf(id).Select(each => each.Event["event"]!["serviceOrder"]!["note"]).First(note => note is not null)!.AsArray().Single()!;
        Assert.Equal(("kim", "Item 1: retried. Port 1 is broken."), (told["author"]!.GetValue<string>(), told["text"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Item_that_was_retried_in_vain_is_the_same_fallout_anew()
    {
        using var server = new FalloutServer();
        var (id, first) = await server.FallOutAsync();

        await server.RetryAsync(first);
        await server.FailAsync(code: "noPort");

        var again = await server.OfAsync(id);
        Assert.Equal((first.Id, FalloutState.Open, 1, "noPort", 1), (again.Id, again.State, again.Retries, again.CauseCode, again.Attempts));
        Assert.True(again.Since.ToDateTime() > first.Since.ToDateTime());
        Assert.Equal(["operator", "server"], again.Notes.Select(note => note.Author));
    }

    [Fact]
    public async Task Completing_by_hand_delivers_the_service_and_lets_what_depends_on_it_be_worked()
    {
        using var server = new FalloutServer();
        var id = await server.Working.PlaceAsync(WorkingServer.Order("", "1", "2:1"));
        await server.FailAsync();

        var completed = (await server.Fallout.CompleteFalloutItemAsync(
            new CompleteFalloutItemRequest
            {
                Id = (await server.OfAsync(id)).Id,
                Actor = "kim",
                Completion = new Completion { Service = new ServiceRefOrValue { ServiceCharacteristic = { new Characteristic { Name = "port", Value = Value.ForNumber(7) } } } },
            },
            cancellationToken: Cancel)).FalloutItem;

        Assert.Equal(FalloutState.Completed, completed.State);
        var next = await server.Working.TakeAsync();
        Assert.Equal("2", next.Item.Id);
        var service = (await server.Server.GetAsync($"{RunningServer.ServicePath}/{next.ServiceIds["1"]}")).Json;
        Assert.Equal(7, service["serviceCharacteristic"]![0]!["value"]!.GetValue<int>());
        await server.Working.CompleteAsync(next);
        var order = await server.Working.WaitForAsync(id, "completed");
        Assert.Equal("Item 1: completed by hand.", order["note"]![0]!["text"]!.GetValue<string>());
        Assert.Equal(["inProgress", "held", "inProgress", "completed"], StatesOf(server, id));
    }

    [Fact]
    public async Task Completing_a_change_of_a_service_that_is_gone_is_refused_and_changes_nothing()
    {
        using var server = new FalloutServer();
        var built = await server.Working.PlaceAsync(WorkingServer.Order("", "1"));
        var service = (await server.Working.CompleteAsync(await server.Working.TakeAsync())).ServiceId;
        var id = await server.Working.PlaceAsync($$"""{"serviceOrderItem":[{"id":"1","action":"modify","service":{"id":"{{service}}","name":"b"} }]}""");
        await server.FailAsync();
        var item = await server.OfAsync(id);
        await server.Server.SendAsync(HttpMethod.Delete, $"{RunningServer.ServicePath}/{service}");

        var refusal = await FalloutServer.RefusedAsync(
            StatusCode.FailedPrecondition, "SERVICE_ORDER_CHANGE_FORBIDDEN",
            () => server.Fallout.CompleteFalloutItemAsync(new CompleteFalloutItemRequest { Id = item.Id }, cancellationToken: Cancel).ResponseAsync);

        Assert.Equal("SERVICE_UNKNOWN", refusal.Violations.Single().Reason);
        Assert.Equal(item, await server.OfAsync(id));
        Assert.NotEqual(built, id);
    }

    [Fact]
    public async Task Failing_an_item_fails_what_depends_on_it()
    {
        using var server = new FalloutServer();
        var id = await server.Working.PlaceAsync(WorkingServer.Order("", "1", "2:1"));
        await server.FailAsync();

        var failed = (await server.Fallout.FailFalloutItemAsync(
            new FailFalloutItemRequest { Id = (await server.OfAsync(id)).Id, Note = "Too far away.", ErrorMessages = { new ServiceOrderItemErrorMessage { Code = "tooFar" } } },
            cancellationToken: Cancel)).FalloutItem;

        Assert.Equal(FalloutState.Failed, failed.State);
        var order = await server.Working.ReadAsync(id);
        Assert.Equal("failed", order["state"]!.GetValue<string>());
        Assert.Equal(["noLine", "tooFar"], order["serviceOrderItem"]![0]!["errorMessage"]!.AsArray().Select(message => message!["code"]!.GetValue<string>()));
        Assert.NotNull(order["serviceOrderItem"]![0]!["errorMessage"]![1]!["timestamp"]);
        Assert.Equal("dependencyFailed", order["serviceOrderItem"]![1]!["errorMessage"]![0]!["code"]!.GetValue<string>());
        Assert.Equal(("operator", "Item 1: failed. Too far away."), (order["note"]![0]!["author"]!.GetValue<string>(), order["note"]![0]!["text"]!.GetValue<string>()));
        Assert.Empty(await server.Working.ListAsync());
    }

    [Fact]
    public async Task Open_item_has_an_assignee_and_remarks_and_is_found_by_them()
    {
        using var server = new FalloutServer();
        var (id, item) = await server.FallOutAsync();
        var version = (await server.Working.ReadAsync(id)).ToJsonString();

        await server.Fallout.AssignFalloutItemAsync(new AssignFalloutItemRequest { Id = item.Id, Actor = "lee", Assignee = "kim", Note = "Please." }, cancellationToken: Cancel);
        await server.Fallout.AssignFalloutItemAsync(new AssignFalloutItemRequest { Id = item.Id, Actor = "kim", Note = "On it." }, cancellationToken: Cancel);

        var found = Assert.Single(await server.ListAsync("assignee=kim&state=open"));
        Assert.Equal([("lee", "Assigned to kim. Please."), ("kim", "On it.")], found.Notes.Select(note => (note.Author, note.Text)));
        await server.Fallout.AssignFalloutItemAsync(new AssignFalloutItemRequest { Id = item.Id, Assignee = "" }, cancellationToken: Cancel);
        Assert.Equal("", (await server.OfAsync(id)).Assignee);
        Assert.Equal(version, (await server.Working.ReadAsync(id)).ToJsonString());
    }

    [Fact]
    public async Task Of_many_notes_the_newest_hundred_are_kept()
    {
        using var server = new FalloutServer();
        var (id, item) = await server.FallOutAsync();

        for (var i = 1; i <= 101; i++)
            await server.Fallout.AssignFalloutItemAsync(new AssignFalloutItemRequest { Id = item.Id, Note = $"{i}" }, cancellationToken: Cancel);

        var notes = (await server.OfAsync(id)).Notes;
        Assert.Equal((100, "2", "101"), (notes.Count, notes[0].Text, notes[^1].Text));
    }

    [Fact]
    public async Task What_was_decided_is_not_decided_again()
    {
        using var server = new FalloutServer();
        var (_, item) = await server.FallOutAsync();
        await server.RetryAsync(item);

        foreach (var call in new Func<Task>[]
        {
            () => server.RetryAsync(item),
            () => server.Fallout.CompleteFalloutItemAsync(new CompleteFalloutItemRequest { Id = item.Id }, cancellationToken: Cancel).ResponseAsync,
            () => server.Fallout.FailFalloutItemAsync(new FailFalloutItemRequest { Id = item.Id }, cancellationToken: Cancel).ResponseAsync,
            () => server.Fallout.AssignFalloutItemAsync(new AssignFalloutItemRequest { Id = item.Id, Note = "x" }, cancellationToken: Cancel).ResponseAsync,
        })
        {
            var refusal = await FalloutServer.RefusedAsync(StatusCode.FailedPrecondition, "FALLOUT_ITEM_NOT_OPEN", call);
            Assert.Contains("retried", refusal.Message);
        }
        await FalloutServer.RefusedAsync(StatusCode.NotFound, "FALLOUT_ITEM_NOT_FOUND", () => server.RetryAsync(new FalloutItem { Id = "none" }));
    }

    [Fact]
    public async Task Two_who_decide_at_once_decide_once()
    {
        using var server = new FalloutServer();
        var (id, item) = await server.FallOutAsync();

        var decisions = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            try
            {
                await server.RetryAsync(item);
                return 1;
            }
            catch (ServiceOrdering.Client.ServiceOrderingException e) when (e.Reason == "FALLOUT_ITEM_NOT_OPEN")
            {
                return 0;
            }
        }));

        Assert.Equal(1, decisions.Sum());
        Assert.Equal(1, (await server.OfAsync(id)).Retries);
    }

    [Fact]
    public async Task Request_is_refused_with_everything_that_is_wrong()
    {
        using var server = new FalloutServer();
        var (_, item) = await server.FallOutAsync();

        var retry = await FalloutServer.RefusedAsync(StatusCode.InvalidArgument, "REQUEST_INVALID", () => server.Fallout.RetryFalloutItemAsync(
            new RetryFalloutItemRequest { Id = item.Id, Actor = new string('a', 256), Note = new string('n', 4001), ServiceCharacteristic = { new Characteristic() } }, cancellationToken: Cancel).ResponseAsync);
        var assignment = await FalloutServer.RefusedAsync(StatusCode.InvalidArgument, "REQUEST_INVALID", () => server.Fallout.AssignFalloutItemAsync(
            new AssignFalloutItemRequest { Id = item.Id }, cancellationToken: Cancel).ResponseAsync);
        var query = await FalloutServer.RefusedAsync(StatusCode.InvalidArgument, "REQUEST_INVALID", () => server.ListAsync("state=lost"));

        Assert.Equal(["service_characteristic[0].name", "service_characteristic[0].value", "actor", "note"], retry.Violations.Select(violation => violation.Field));
        Assert.Equal("assignee", assignment.Violations.Single().Field);
        Assert.Equal("QUERY_INVALID", query.Violations.Single().Reason);
    }

    [Theory]
    [InlineData("held", true)]
    [InlineData("held", false)]
    [InlineData("pending", true)]
    [InlineData("pending", false)]
    public async Task Order_that_is_suspended_and_resumed_still_holds_what_fell_out(string state, bool before)
    {
        using var server = new FalloutServer();
        var id = await server.Working.PlaceAsync(WorkingServer.Order("", "1", "2"));
        var assignments = new List<Assignment>();
        while (assignments.Count < 2)
            assignments.AddRange(await server.Working.PollAsync(2));
        var (bad, good) = (assignments.Single(assignment => assignment.Item.Id == "1"), assignments.Single(assignment => assignment.Item.Id == "2"));

        if (before)
            await server.Working.ReportAsync(bad, FalloutServer.Failure());
        await server.PatchAsync(id, $$"""{"state":"{{state}}"}""");
        if (!before)
            await server.Working.ReportAsync(bad, FalloutServer.Failure());
        Assert.Equal(FalloutState.Open, (await server.OfAsync(id)).State);
        var resumed = await server.PatchAsync(id, """{"state":"inProgress"}""");

        Assert.Equal(("held", "inProgress"), (WorkingServer.StateOf(resumed, "1"), WorkingServer.StateOf(resumed, "2")));
        Assert.Equal(FalloutState.Open, (await server.OfAsync(id)).State);
        await server.Working.CompleteAsync(good);
        await server.RetryAsync(await server.OfAsync(id));
        await server.Working.CompleteAsync(await server.Working.TakeAsync());
        Assert.Equal("completed", (await server.Working.ReadAsync(id))["state"]!.GetValue<string>());
    }

    [Fact]
    public async Task Item_that_is_retried_in_an_order_that_is_held_goes_on_alone()
    {
        using var server = new FalloutServer();
        var id = await server.Working.PlaceAsync(WorkingServer.Order("", "1", "2:1", "3"));
        var assignments = new List<Assignment>();
        while (assignments.Count < 2)
            assignments.AddRange(await server.Working.PollAsync(2));
        await server.Working.ReportAsync(assignments.Single(assignment => assignment.Item.Id == "1"), FalloutServer.Failure());
        await server.PatchAsync(id, """{"state":"held"}""");

        await server.RetryAsync(await server.OfAsync(id));

        var order = await server.Working.ReadAsync(id);
        Assert.Equal(("inProgress", "held", "held"), (WorkingServer.StateOf(order, "1"), WorkingServer.StateOf(order, "2"), WorkingServer.StateOf(order, "3")));
        await server.Working.CompleteAsync(await server.Working.TakeAsync());
        Assert.Equal(FalloutState.Recovered, (await server.OfAsync(id)).State);
        var resumed = await server.PatchAsync(id, """{"state":"inProgress"}""");
        Assert.Equal(("acknowledged", "inProgress"), (WorkingServer.StateOf(resumed, "2"), WorkingServer.StateOf(resumed, "3")));
    }

    [Fact]
    public async Task Item_that_a_client_takes_up_again_is_retried_with_all_its_attempts()
    {
        using var server = new FalloutServer(("Fulfillment:MaxAttempts", "1"));
        var (id, _) = await server.FallOutAsync();

        await server.MoveItemAsync(id, "inProgress");

        var item = await server.OfAsync(id);
        Assert.Equal((FalloutState.Retried, 0, "server"), (item.State, item.Retries, item.Notes.Single().Author));
        var assignment = await server.Working.TakeAsync();
        Assert.Equal(1, assignment.Attempt);
        await server.Working.CompleteAsync(assignment);
        Assert.Equal(FalloutState.Recovered, (await server.OfAsync(id)).State);
    }

    [Fact]
    public async Task Client_that_takes_up_a_whole_order_retries_what_fell_out_and_begins_nothing_else()
    {
        using var server = new FalloutServer();
        var id = await server.Working.PlaceAsync(WorkingServer.Order("", "1", "2:1"));
        await server.FailAsync();

        var order = await server.PatchAsync(id, """{"state":"inProgress"}""");

        Assert.Equal(("inProgress", "acknowledged"), (WorkingServer.StateOf(order, "1"), WorkingServer.StateOf(order, "2")));
        Assert.Equal(FalloutState.Retried, (await server.OfAsync(id)).State);
        await server.Working.CompleteAsync(await server.Working.TakeAsync());
        await server.Working.CompleteAsync(await server.Working.TakeAsync());
        Assert.Equal("completed", (await server.Working.ReadAsync(id))["state"]!.GetValue<string>());
    }

    [Fact]
    public async Task Retried_item_that_a_client_fails_has_failed()
    {
        using var server = new FalloutServer();
        var (id, item) = await server.FallOutAsync();
        await server.RetryAsync(item);

        await server.MoveItemAsync(id, "failed");

        var failed = await server.OfAsync(id);
        Assert.Equal(FalloutState.Failed, failed.State);
        Assert.NotNull(failed.ResolvedDate);
    }

    [Fact]
    public async Task Item_that_is_taken_out_of_its_order_is_withdrawn()
    {
        using var server = new FalloutServer();
        var id = await server.Working.PlaceAsync(WorkingServer.Order("", "1", "2"));
        await server.FailAsync(2);

        await server.PatchAsync(id, """[{"op":"remove","path":"/serviceOrderItem/0"}]""", "application/json-patch+json");

        Assert.Equal([("1", FalloutState.Cancelled), ("2", FalloutState.Open)], (await server.ListAsync()).Select(item => (item.ItemId, item.State)).Order());
    }

    [Fact]
    public async Task What_fell_out_goes_with_its_order()
    {
        using var server = new FalloutServer();
        var (id, item) = await server.FallOutAsync();
        var (other, _) = await server.FallOutAsync();
        await server.Fallout.FailFalloutItemAsync(new FailFalloutItemRequest { Id = item.Id }, cancellationToken: Cancel);

        await server.Server.SendAsync(HttpMethod.Delete, $"{RunningServer.ServiceOrderPath}/{id}");

        var left = await server.Fallout.ListFalloutItemsAsync(new ListFalloutItemsRequest { Limit = 0 }, cancellationToken: Cancel);
        Assert.Equal(1, left.TotalCount);
        await server.OfAsync(other);
    }

    public static TheoryData<FalloutState, ServiceOrderItemState?, FalloutState?> Changes => new()
    {
        { FalloutState.Open, ServiceOrderItemState.Held, null },
        { FalloutState.Open, ServiceOrderItemState.Pending, null },
        { FalloutState.Open, ServiceOrderItemState.AssessingCancellation, null },
        { FalloutState.Open, ServiceOrderItemState.PendingCancellation, null },
        { FalloutState.Retried, ServiceOrderItemState.AssessingCancellation, null },
        { FalloutState.Retried, ServiceOrderItemState.PendingCancellation, null },
        { FalloutState.Retried, ServiceOrderItemState.Held, null },
        { FalloutState.Retried, ServiceOrderItemState.InProgress, null },
        { FalloutState.Open, ServiceOrderItemState.InProgress, FalloutState.Retried },
        { FalloutState.Open, ServiceOrderItemState.Acknowledged, FalloutState.Retried },
        { FalloutState.Open, ServiceOrderItemState.Completed, FalloutState.Completed },
        { FalloutState.Retried, ServiceOrderItemState.Completed, FalloutState.Recovered },
        { FalloutState.Open, ServiceOrderItemState.Failed, FalloutState.Failed },
        { FalloutState.Retried, ServiceOrderItemState.Failed, FalloutState.Failed },
        { FalloutState.Open, ServiceOrderItemState.Cancelled, FalloutState.Cancelled },
        { FalloutState.Retried, ServiceOrderItemState.Cancelled, FalloutState.Cancelled },
        { FalloutState.Retried, ServiceOrderItemState.Rejected, FalloutState.Cancelled },
        { FalloutState.Open, null, FalloutState.Cancelled },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Row_follows_its_item(FalloutState state, ServiceOrderItemState? item, FalloutState? after) => Assert.Equal(after, FalloutTable.StateAfter(state, item));

    [Fact]
    public async Task List_is_sorted_cut_into_pages_and_counted()
    {
        using var server = new FalloutServer();
        await server.Working.PlaceAsync(WorkingServer.Order("\"priority\":\"0\"", "1", "2", "3", "4", "5"));
        await server.FailAsync(5);
        Assert.Equal(5, (await server.ListAsync("priority=0&retries=0")).Count);

        var first = await server.Fallout.ListFalloutItemsAsync(new ListFalloutItemsRequest { Filter = "state=open", Limit = 3 }, cancellationToken: Cancel);
        var second = await server.Fallout.ListFalloutItemsAsync(new ListFalloutItemsRequest { Filter = "state=open", Limit = 3, PageToken = first.NextPageToken }, cancellationToken: Cancel);
        var sorted = await server.Fallout.ListFalloutItemsAsync(new ListFalloutItemsRequest { Sort = "-itemId", Offset = 1, Limit = 2 }, cancellationToken: Cancel);

        Assert.Equal((5, 3, 2, ""), (first.TotalCount, first.FalloutItems.Count, second.FalloutItems.Count, second.NextPageToken));
        var all = first.FalloutItems.Concat(second.FalloutItems).ToList();
        Assert.Equal(5, all.Select(item => item.Id).Distinct().Count());
        Assert.Equal(all.Select(item => item.Since.ToDateTime()).OrderDescending(), all.Select(item => item.Since.ToDateTime()));
        Assert.Equal(["4", "3"], sorted.FalloutItems.Select(item => item.ItemId));
    }

    // The log has the text of a new order where that is, and takes it over when that changes; what fell out just before has the
    // same place in the log, and must not be taken for it.
    [Fact]
    public async Task Event_of_the_order_that_came_next_stays_its_own()
    {
        using var server = new FalloutServer();
        var (_, item) = await server.FallOutAsync();
        var next = await server.Working.PlaceAsync(WorkingServer.Order($"\"requestedStartDate\":\"{DateTime.UtcNow.AddDays(1):yyyy-MM-dd'T'HH:mm:ss.fff'Z'}\"", "1"));

        await server.RetryAsync(item);

        Assert.Equal(1, server.Server.Query<long>("select count(*) from event_log where resource_id = @next and gap is not null", new { next })[0]);
    }

    private static List<string> StatesOf(FalloutServer server, string id) =>
        [.. server.Working.EventsOf(id).Where(each => each.Type == "StateChange").Select(each => each.Event["event"]!["serviceOrder"]!["state"]!.GetValue<string>())];
}
