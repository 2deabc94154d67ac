using System.Net;
using System.Text.Json.Nodes;
using ServiceOrdering.Client;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Server.Tests.Fulfillment;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.CancelServiceOrders;

/// <summary>How a cancellation goes: the order is placed and cancelled over REST, and worked over gRPC. Wherever it waits, the server is restarted.</summary>
public sealed class CancellationTests : IDisposable
{
    private const string Path = "/tmf-api/serviceOrdering/v4/cancelServiceOrder";

    private readonly TestDatabase _database = new();
    private (string, string)[] _settings = [("Fulfillment:FirstBackoff", "00:00:00")];
    private WorkingServer? _server;

    private WorkingServer Server => _server ??= new WorkingServer(_database, _settings);

    public void Dispose()
    {
        _server?.Dispose();
        _database.Dispose();
    }

    [Fact]
    public async Task Acknowledged_order_is_cancelled_at_once()
    {
        var id = await Server.PlaceAsync(WorkingServer.Order(""" "requestedStartDate":"2100-01-01T00:00:00Z" """, "1", "2:1"));

        var task = await CancelAsync(id, """ "cancellationReason":"changed my mind" """);

        Assert.Equal("done", Text(task, "state"));
        var order = await Server.ReadAsync(id);
        Assert.Equal(("cancelled", "changed my mind"), (Text(order, "state"), Text(order, "cancellationReason")));
        Assert.Equal((Text(order, "cancellationDate"), Text(order, "cancellationDate")), (Text(order, "completionDate"), Text(task, "effectiveCancellationDate")));
        Assert.All(order["serviceOrderItem"]!.AsArray(), item => Assert.Equal("cancelled", Text(item!, "state")));
        Assert.Equal(["cancelled"], StatesOf(id));
        Assert.Equal(["accepted", "inProgress", "done"], TaskStatesOf(task));
    }

    [Fact]
    public async Task What_an_order_came_with_about_its_cancellation_is_overwritten_by_a_real_one()
    {
        const string Sent = """ "requestedStartDate":"2100-01-01T00:00:00Z","cancellationDate":"2020-01-01T00:00:00.000Z","cancellationReason":"sent" """;
        var (given, none) = (await Server.PlaceAsync(WorkingServer.Order(Sent, "1")), await Server.PlaceAsync(WorkingServer.Order(Sent, "1")));
        var before = await Server.ReadAsync(given);

        var task = await CancelAsync(given, """ "cancellationReason":"changed my mind" """);
        await CancelAsync(none);

        Assert.Equal(("2020-01-01T00:00:00.000Z", "sent"), (Text(before, "cancellationDate"), Text(before, "cancellationReason")));
        var after = await Server.ReadAsync(given);
        Assert.Equal((Text(task, "effectiveCancellationDate"), "changed my mind"), (Text(after, "cancellationDate"), Text(after, "cancellationReason")));
        Assert.Null((await Server.ReadAsync(none))["cancellationReason"]);
    }

    [Fact]
    public async Task Order_in_progress_on_which_nobody_has_begun_is_cancelled_step_by_step_in_one_write()
    {
        var id = await Server.PlaceAsync(WorkingServer.Order("", "1"));
        await Server.WaitForAsync(id, "inProgress");

        var task = await CancelAsync(id);

        Assert.Equal("done", Text(task, "state"));
        Assert.Equal(["inProgress", "assessingCancellation", "pendingCancellation", "cancelled"], StatesOf(id));
        Assert.Empty(await Server.PollAsync(seconds: 0));
    }

    [Fact]
    public async Task What_changes_nothing_and_is_completed_by_itself_does_not_make_a_cancelled_order_partial()
    {
        var service = (await Server.Server.SendAsync(HttpMethod.Post, RunningServer.ServicePath, """{"@type":"Service","state":"active","serviceSpecification":{"id":"1"}}""")).Json;
        var id = await Server.PlaceAsync($$"""
            {"serviceOrderItem":[{"id":"1","action":"noChange","service":{"id":"{{Text(service, "id")}}"} },{"id":"2","action":"add","service":{} }]}
            """);
        await Server.WaitForAsync(id, order => WorkingServer.StateOf(order, "1") == "completed");

        await CancelAsync(id);

        var order = await Server.ReadAsync(id);
        Assert.Equal(("cancelled", "completed"), (Text(order, "state"), WorkingServer.StateOf(order, "1")));
    }

    [Fact]
    public async Task Holders_agree_and_say_when_theirs_is_cancelled_and_the_order_follows()
    {
        var id = await Server.PlaceAsync(WorkingServer.Order("", "1", "2", "3:1"));
        var held = await TakeAsync(2);

        var task = await CancelAsync(id, """ "cancellationReason":"moved house" """);
        Assert.Equal("inProgress", Text(task, "state"));
        Assert.Equal("assessingCancellation", Text(await Server.ReadAsync(id), "state"));
        Restart();
        var notice = Assert.Single(await NoticesAsync(held[0]));
        Assert.Equal((CancellationPhase.Assessing, "moved house"), (notice.Phase, notice.Reason));
        Assert.InRange(notice.AnswerBy.ToDateTimeOffset() - DateTimeOffset.UtcNow, TimeSpan.FromMinutes(14), TimeSpan.FromMinutes(15));
        await AgreeAsync(held[0]);
        Restart();
        Assert.Equal("assessingCancellation", Text(await Server.ReadAsync(id), "state"));
        await AgreeAsync(held[1]);
        var order = await Server.WaitForAsync(id, "pendingCancellation");
        Assert.Equal(("pendingCancellation", "pendingCancellation", "cancelled"), (WorkingServer.StateOf(order, "1"), WorkingServer.StateOf(order, "2"), WorkingServer.StateOf(order, "3")));
        Restart();
        Assert.Equal(CancellationPhase.Pending, Assert.Single(await NoticesAsync(held[1])).Phase);
        await Server.ReportAsync(held[0], report => report.Cancelled = new Cancelled());
        Assert.Equal("pendingCancellation", Text(await Server.ReadAsync(id), "state"));
        Restart();
        await Server.ReportAsync(held[1], report => report.Cancelled = new Cancelled());

        order = await Server.WaitForAsync(id, "cancelled");
        Assert.Equal("moved house", Text(order, "cancellationReason"));
        task = await WaitForTaskAsync(task, "done");
        Assert.Equal(Text(order, "cancellationDate"), Text(task, "effectiveCancellationDate"));
        Assert.Equal(["inProgress", "assessingCancellation", "pendingCancellation", "cancelled"], StatesOf(id));
        await Server.AssertLostAsync(held[0], report => report.Completion = new Completion());
        Assert.Empty(await Server.ListAsync(id));
        Assert.Empty(_server!.Server.Query<string>("select order_id from cancellation"));
    }

    [Fact]
    public async Task Holder_that_refuses_has_all_go_on_as_it_was()
    {
        var id = await Server.PlaceAsync(WorkingServer.Order("", "1", "2", "3:1"));
        var held = await TakeAsync(2);
        var task = await CancelAsync(id);
        await AgreeAsync(held[0]);
        Restart();

        await Server.ReportAsync(held[1], report => report.CancellationAnswer = new CancellationAnswer { Reason = "the trench is dug" });

        var order = await Server.WaitForAsync(id, "inProgress");
        task = await WaitForTaskAsync(task, "done");
        Assert.Equal("The order is not cancelled: Item '2': the trench is dug", Text(task, "completionMessage"));
        Assert.Null(task["effectiveCancellationDate"]);
        Assert.Equal(("inProgress", "inProgress", "acknowledged"), (WorkingServer.StateOf(order, "1"), WorkingServer.StateOf(order, "2"), WorkingServer.StateOf(order, "3")));
        Assert.Equal(CancellationPhase.Withdrawn, (await Server.ReportAsync(held[0], report => report.Renewal = new Renewal())).Cancellation.Phase);
        foreach (var assignment in held)
            await Server.CompleteAsync(assignment);
        await Server.CompleteAsync(await Server.TakeAsync());
        Assert.Equal("completed", Text(await Server.ReadAsync(id), "state"));
    }

    [Fact]
    public async Task Point_of_no_return_refuses_by_itself_whether_it_comes_before_or_while_it_is_asked()
    {
        var (first, second) = (await Server.PlaceAsync(WorkingServer.Order("", "1")), "");
        var held = await Server.TakeAsync();
        await ReachPointOfNoReturnAsync(held);
        var early = await CancelAsync(first);
        Assert.Equal(("done", "The order is not cancelled: Item '1' has reached its point of no return."), (Text(early, "state"), Text(early, "completionMessage")));
        Assert.Equal(["inProgress", "assessingCancellation", "inProgress"], StatesOf(first));

        second = await Server.PlaceAsync(WorkingServer.Order("", "1"));
        held = await Server.TakeAsync();
        var late = await CancelAsync(second);
        Restart();
        await ReachPointOfNoReturnAsync(held);

        await Server.WaitForAsync(second, "inProgress");
        Assert.Contains("point of no return", Text(await WaitForTaskAsync(late, "done"), "completionMessage"));
    }

    [Fact]
    public async Task No_answer_in_time_ends_the_task_with_an_error_and_the_order_goes_on()
    {
        _settings = [.. _settings, ("Cancellation:AnswerTimeout", "00:00:02")];
        var id = await Server.PlaceAsync(WorkingServer.Order("", "1"));
        var held = await Server.TakeAsync();
        var task = await CancelAsync(id);

        Restart();

        task = await WaitForTaskAsync(task, "terminatedWithError");
        Assert.Equal(("cancellationTimeout", "Nobody has answered for item '1' within 2 s; the order goes on."), (Text(task["errorMessage"]!, "code"), Text(task["errorMessage"]!, "message")));
        Assert.Equal("inProgress", Text(await Server.ReadAsync(id), "state"));
        await Server.CompleteAsync(held);
        Assert.Equal("completed", Text(await Server.ReadAsync(id), "state"));
    }

    [Fact]
    public async Task Order_of_which_something_is_delivered_becomes_partial()
    {
        var id = await Server.PlaceAsync(WorkingServer.Order("", "1", "2:1"));
        await Server.CompleteAsync(await Server.TakeAsync());

        var task = await CancelAsync(id, """ "cancellationReason":"enough" """);

        var order = await Server.ReadAsync(id);
        Assert.Equal(("done", "partial", "completed", "cancelled"), (Text(task, "state"), Text(order, "state"), WorkingServer.StateOf(order, "1"), WorkingServer.StateOf(order, "2")));
        Assert.Equal(("enough", Text(task, "effectiveCancellationDate")), (Text(order, "cancellationReason"), Text(order, "cancellationDate")));
    }

    [Fact]
    public async Task Held_order_is_held_again_after_a_refusal_and_resumes_as_it_was()
    {
        var id = await Server.PlaceAsync(WorkingServer.Order("", "1", "2:1"));
        var held = await Server.TakeAsync();
        await PatchAsync(id, """{"state":"held"}""");
        await CancelAsync(id);
        Restart();

        await Server.ReportAsync(held, report => report.CancellationAnswer = new CancellationAnswer());

        var order = await Server.WaitForAsync(id, "held");
        Assert.Equal(("held", "held"), (WorkingServer.StateOf(order, "1"), WorkingServer.StateOf(order, "2")));
        await PatchAsync(id, """{"state":"inProgress"}""");
        order = await Server.ReadAsync(id);
        Assert.Equal(("inProgress", "acknowledged"), (WorkingServer.StateOf(order, "1"), WorkingServer.StateOf(order, "2")));
    }

    [Fact]
    public async Task Held_order_is_cancelled_and_leaves_nothing_to_resume()
    {
        var id = await Server.PlaceAsync(WorkingServer.Order("", "1", "2:1"));
        await Server.CompleteAsync(await Server.TakeAsync());
        await PatchAsync(id, """{"state":"held"}""");

        await CancelAsync(id);

        Assert.Equal("partial", Text(await Server.ReadAsync(id), "state"));
        Assert.Empty(Server.Server.Query<string>("select order_id from service_order_suspension"));
    }

    [Fact]
    public async Task Future_date_is_waited_for_and_the_order_goes_on_until_then()
    {
        var id = await Server.PlaceAsync(WorkingServer.Order("", "1"));
        await Server.WaitForAsync(id, "inProgress");
        var task = await CancelAsync(id, $""" "requestedCancellationDate":"{DateTimeOffset.UtcNow.AddSeconds(3):O}" """);
        Assert.Equal("accepted", Text(task, "state"));

        Restart();

        await Server.WaitForAsync(id, "cancelled");
        task = await WaitForTaskAsync(task, "done");
        Assert.True(DateTimeOffset.Parse(Text(task, "effectiveCancellationDate")) >= DateTimeOffset.Parse(Text(task, "requestedCancellationDate")));
    }

    [Fact]
    public async Task Order_that_is_completed_before_the_date_of_its_cancellation_stays_completed()
    {
        var id = await Server.PlaceAsync(WorkingServer.Order("", "1"));
        var task = await CancelAsync(id, $""" "requestedCancellationDate":"{DateTimeOffset.UtcNow.AddHours(1):O}" """);

        await Server.CompleteAsync(await Server.TakeAsync());

        task = await WaitForTaskAsync(task, "terminatedWithError");
        Assert.Equal("The order was completed before its cancellation was due.", Text(task["errorMessage"]!, "message"));
    }

    [Fact]
    public async Task Item_that_is_completed_while_it_is_asked_stays_completed_and_the_rest_is_cancelled()
    {
        var (both, one) = (await Server.PlaceAsync(WorkingServer.Order("", "1", "2")), await Server.PlaceAsync(WorkingServer.Order("", "1")));
        var held = await TakeAsync(3);
        var (partial, completed) = (await CancelAsync(both), await CancelAsync(one));
        Restart();

        await Server.CompleteAsync(held.Single(each => each.ServiceOrder.Id == both && each.Item.Id == "1"));
        await AgreeAsync(held.Single(each => each.Item.Id == "2"));
        await Server.WaitForAsync(both, "pendingCancellation");
        await Server.ReportAsync(held.Single(each => each.Item.Id == "2"), report => report.Cancelled = new Cancelled());
        await Server.CompleteAsync(held.Single(each => each.ServiceOrder.Id == one));

        await WaitForTaskAsync(partial, "done");
        completed = await WaitForTaskAsync(completed, "done");
        Assert.Equal(["inProgress", "assessingCancellation", "pendingCancellation", "partial"], StatesOf(both));
        Assert.Equal(["inProgress", "assessingCancellation", "inProgress", "completed"], StatesOf(one));
        Assert.Equal("The order was completed before it could be cancelled.", Text(completed, "completionMessage"));
    }

    [Fact]
    public async Task Worker_that_is_gone_need_not_agree()
    {
        _settings = [.. _settings, ("Fulfillment:LeaseDuration", "00:00:02"), ("Fulfillment:MaxAttempts", "1")];
        var (asked, agreed) = (await Server.PlaceAsync(WorkingServer.Order("", "1")), await Server.PlaceAsync(WorkingServer.Order("", "1")));
        var held = await TakeAsync(2);
        await CancelAsync(asked);
        await CancelAsync(agreed);
        await AgreeAsync(held.Single(each => each.ServiceOrder.Id == agreed));
        Restart();

        await Server.WaitForAsync(asked, "cancelled");
        await Server.WaitForAsync(agreed, "cancelled");
        Assert.Equal(["inProgress", "assessingCancellation", "pendingCancellation", "cancelled"], StatesOf(asked));
    }

    [Fact]
    public async Task Item_between_two_attempts_is_cancelled_and_not_tried_again()
    {
        _settings = [("Fulfillment:FirstBackoff", "00:00:30"), ("Fulfillment:LongestBackoff", "00:00:30")];
        var id = await Server.PlaceAsync(WorkingServer.Order("", "1"));
        await Server.ReportAsync(await Server.TakeAsync(), report => report.Failure = new Failure { Retryable = true });

        Assert.Equal("done", Text(await CancelAsync(id), "state"));

        Assert.Equal("cancelled", Text(await Server.ReadAsync(id), "state"));
        Assert.Empty(await Server.ListAsync(id));
    }

    [Fact]
    public async Task Who_drives_items_by_changes_of_the_order_answers_so_too()
    {
        var id = await Server.PlaceAsync(WorkingServer.Order("", "1"));
        await Server.WaitForAsync(id, "inProgress");
        await SetItemAsync(id, "inProgress");
        var refused = await CancelAsync(id);
        Restart();
        await SetItemAsync(id, "inProgress");
        Assert.Equal("The order is not cancelled: Item '1' was brought back to inProgress.", Text(await WaitForTaskAsync(refused, "done"), "completionMessage"));

        var agreed = await CancelAsync(id);
        Assert.Equal("inProgress", Text(agreed, "state"));
        await SetItemAsync(id, "pendingCancellation");
        await Server.WaitForAsync(id, "pendingCancellation");
        Restart();
        await SetItemAsync(id, "cancelled");

        await WaitForTaskAsync(agreed, "done");
        Assert.Equal("cancelled", Text(await Server.ReadAsync(id), "state"));
    }

    [Fact]
    public async Task Holder_on_a_stream_is_asked_told_and_told_again()
    {
        var id = await Server.PlaceAsync(WorkingServer.Order("", "1"));
        using var stream = Server.Work.StreamWork(cancellationToken: Cancel);
        await stream.RequestStream.WriteAsync(new StreamWorkRequest { Start = new WorkerStart { Worker = "streamer" } }, Cancel);
        await stream.RequestStream.WriteAsync(new StreamWorkRequest { Credit = new WorkerCredit { Items = 5 } }, Cancel);
        await stream.ResponseStream.MoveNext(Cancel);
        var held = stream.ResponseStream.Current.Assignment;

        await CancelAsync(id);
        await stream.ResponseStream.MoveNext(Cancel);
        Assert.Equal((held.LeaseToken, CancellationPhase.Assessing), (stream.ResponseStream.Current.Cancellation.LeaseToken, stream.ResponseStream.Current.Cancellation.Phase));
        await Server.ReportAsync(held, report => report.CancellationAnswer = new CancellationAnswer());
        await stream.ResponseStream.MoveNext(Cancel);
        Assert.Equal(CancellationPhase.Withdrawn, stream.ResponseStream.Current.Cancellation.Phase);

        await CancelAsync(id);
        await stream.ResponseStream.MoveNext(Cancel);
        Assert.Equal(CancellationPhase.Assessing, stream.ResponseStream.Current.Cancellation.Phase);
        await AgreeAsync(held);
        await stream.ResponseStream.MoveNext(Cancel);
        Assert.Equal(CancellationPhase.Pending, stream.ResponseStream.Current.Cancellation.Phase);
        await Server.ReportAsync(held, report => report.Cancelled = new Cancelled());
        await Server.WaitForAsync(id, "cancelled");
    }

    [Fact]
    public async Task Poll_that_waits_is_woken_by_a_cancellation()
    {
        var id = await Server.PlaceAsync(WorkingServer.Order("", "1"));
        var held = await Server.TakeAsync();
        var polling = Server.Work.PollWorkAsync(
            new PollWorkRequest { Worker = "tester", Wait = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(TimeSpan.FromSeconds(60)), LeaseTokens = { held.LeaseToken } }, cancellationToken: Cancel).ResponseAsync;
        while ((await Server.Work.ListWorkersAsync(new ListWorkersRequest(), cancellationToken: Cancel)).Workers.Count == 0)
        {
        }

        await CancelAsync(id);

        var answer = await polling.WaitAsync(TimeSpan.FromSeconds(20), Cancel);
        Assert.Equal(CancellationPhase.Assessing, Assert.Single(answer.Cancellations).Phase);
    }

    [Fact]
    public async Task Holder_asks_who_wants_the_cancellation_for_something_and_an_event_says_so()
    {
        var id = await Server.PlaceAsync(WorkingServer.Order("", "1"));
        var held = await Server.TakeAsync();
        var task = await CancelAsync(id);

        await Server.ReportAsync(held, report => report.InformationRequest = new InformationRequest { FieldPath = "cancellationReason", Message = "who pays?" });

        var (type, told) = EventsOf(Text(task, "id"))[^1];
        Assert.Equal(("CancelInformationRequired", "cancellationReason"), (type, Text(told, "fieldPath")));
        Assert.Equal("assessingCancellation", Text(await Server.ReadAsync(id), "state"));
        await AgreeAsync(held);
        await Server.WaitForAsync(id, "pendingCancellation");
    }

    [Fact]
    public async Task What_was_agreed_to_is_not_refused_and_what_nobody_asks_is_not_answered()
    {
        var id = await Server.PlaceAsync(WorkingServer.Order("", "1", "2"));
        var held = await TakeAsync(2);
        await AssertForbiddenAsync(held[0], report => report.CancellationAnswer = new CancellationAnswer { Agreed = true }, "Nobody asks");
        await CancelAsync(id);
        await AssertForbiddenAsync(held[0], report => report.Cancelled = new Cancelled(), "cannot go from assessingCancellation to cancelled");
        await AgreeAsync(held[0]);
        await AgreeAsync(held[0]);

        await AssertForbiddenAsync(held[0], report => report.CancellationAnswer = new CancellationAnswer(), "agreed already");
        await AgreeAsync(held[1]);
        await Server.WaitForAsync(id, "pendingCancellation");
        await AssertForbiddenAsync(held[0], report => report.Completion = new Completion(), "cannot go from pendingCancellation to completed");
    }

    [Fact]
    public async Task Reason_is_told_to_holders_by_its_start_and_a_refusal_has_its_bound()
    {
        var id = await Server.PlaceAsync(WorkingServer.Order("", "1"));
        var held = await Server.TakeAsync();
        await CancelAsync(id, $""" "cancellationReason":"{new string('x', 999)}😀{new string('y', 100_000)}" """);

        Assert.Equal(new string('x', 999), Assert.Single(await NoticesAsync(held)).Reason);
        var refusal = await Assert.ThrowsAsync<ServiceOrderingException>(() => Server.ReportAsync(held, report => report.CancellationAnswer = new CancellationAnswer { Reason = new string('z', 4001) }));
        Assert.Equal("cancellation_answer.reason", Assert.Single(refusal.Violations).Field);
    }

    [Fact]
    public async Task Order_is_not_cancelled_twice_at_a_time_nor_when_it_is_final_nor_when_there_is_none()
    {
        var id = await Server.PlaceAsync(WorkingServer.Order("", "1"));
        var held = await Server.TakeAsync();
        var open = await CancelAsync(id);
        Restart();

        (await PostAsync(id)).IsError(HttpStatusCode.Conflict, "62");
        Assert.Contains(Text(open, "id"), (await PostAsync(id)).Body);
        await AgreeAsync(held);
        await Server.WaitForAsync(id, "pendingCancellation");
        await Server.ReportAsync(held, report => report.Cancelled = new Cancelled());
        await WaitForTaskAsync(open, "done");
        (await PostAsync(id)).IsError(HttpStatusCode.Conflict, "62");
        (await PostAsync("nothing")).IsError(HttpStatusCode.UnprocessableEntity, "2");
        (await Server.Server.SendAsync(HttpMethod.Post, Path, "{}")).IsError(HttpStatusCode.BadRequest, "23");
        (await Server.Server.GetAsync($"{Path}/nothing")).IsError(HttpStatusCode.NotFound, "60");
    }

    [Fact]
    public async Task Items_of_items_are_cancelled_and_their_states_follow()
    {
        var id = await Server.PlaceAsync(
            """{"serviceOrderItem":[{"id":"a","action":"add","service":{},"serviceOrderItem":[{"id":"1","action":"add","service":{}},{"id":"2","action":"add","service":{}}]}]}""");
        var held = await TakeAsync(2);
        var task = await CancelAsync(id);
        Assert.Equal("assessingCancellation", WorkingServer.StateOf(await Server.ReadAsync(id), "a"));
        foreach (var assignment in held)
            await AgreeAsync(assignment);
        await Server.WaitForAsync(id, "pendingCancellation");
        foreach (var assignment in held)
            await Server.ReportAsync(assignment, report => report.Cancelled = new Cancelled());

        await WaitForTaskAsync(task, "done");
        Assert.Equal("cancelled", WorkingServer.StateOf(await Server.ReadAsync(id), "a"));
    }

    [Fact]
    public async Task Deleted_order_ends_its_cancellation()
    {
        var id = await Server.PlaceAsync(WorkingServer.Order(""" "requestedStartDate":"2100-01-01T00:00:00Z" """, "1"));
        var task = await CancelAsync(id, $""" "requestedCancellationDate":"{DateTimeOffset.UtcNow.AddHours(1):O}" """);

        await Server.Server.SendAsync(HttpMethod.Delete, $"{RunningServer.ServiceOrderPath}/{id}");

        Assert.Equal("orderDeleted", Text((await WaitForTaskAsync(task, "terminatedWithError"))["errorMessage"]!, "code"));
    }

    private async Task<List<Assignment>> TakeAsync(int count)
    {
        var taken = new List<Assignment>();
        while (taken.Count < count)
            taken.AddRange(await Server.PollAsync(count - taken.Count));
        return [.. taken.OrderBy(assignment => assignment.Item.Id)];
    }

    private Task<RestAnswer> PostAsync(string orderId, string members = "") =>
        Server.Server.SendAsync(HttpMethod.Post, Path, $$"""{"serviceOrder":{"id":"{{orderId}}"}{{(members.Length > 0 ? "," : "")}}{{members}}}""");

    private async Task<JsonNode> CancelAsync(string orderId, string members = "")
    {
        var answer = await PostAsync(orderId, members);
        Assert.True(answer.Status == HttpStatusCode.Created, answer.Body);
        return answer.Json;
    }

    private async Task<JsonNode> WaitForTaskAsync(JsonNode task, string state)
    {
        var id = Text(task, "id");
        using var watch = Server.Server.Events.WatchEvents(new WatchEventsRequest { ResourceIds = { id } }, cancellationToken: Cancel);
        await watch.ResponseStream.MoveNext(Cancel);
        while (true)
        {
            var now = (await Server.Server.GetAsync($"{Path}/{id}")).Json;
            if (Text(now, "state") == state)
                return now;
            await watch.ResponseStream.MoveNext(Cancel);
        }
    }

    private async Task<IReadOnlyList<CancellationNotice>> NoticesAsync(Assignment held) => (await Server.Work.PollWorkAsync(
        new PollWorkRequest { Worker = "tester", Wait = new Google.Protobuf.WellKnownTypes.Duration(), LeaseTokens = { held.LeaseToken } }, cancellationToken: Cancel)).Cancellations;

    private async Task AgreeAsync(Assignment held) =>
        Assert.Contains((await Server.ReportAsync(held, report => report.CancellationAnswer = new CancellationAnswer { Agreed = true })).Cancellation.Phase, new[] { CancellationPhase.Agreed, CancellationPhase.Pending });

    private Task<ReportWorkResponse> ReachPointOfNoReturnAsync(Assignment held) => Server.ReportAsync(held, report => report.Milestone = new ServiceOrderMilestone { Name = "PointOfNoReturn" });

    private async Task AssertForbiddenAsync(Assignment held, Action<ReportWorkRequest> report, string message)
    {
        var refusal = await Assert.ThrowsAsync<ServiceOrderingException>(() => Server.ReportAsync(held, report));
        Assert.Equal("SERVICE_ORDER_CHANGE_FORBIDDEN", refusal.Reason);
        Assert.Contains(message, refusal.Message);
    }

    private Task SetItemAsync(string id, string state) => PatchAsync(id, $$"""[{"op":"replace","path":"/serviceOrderItem/0/state","value":"{{state}}"}]""", "application/json-patch+json");

    private async Task PatchAsync(string id, string json, string type = "application/merge-patch+json")
    {
        var answer = await Server.Server.SendAsync(HttpMethod.Patch, $"{RunningServer.ServiceOrderPath}/{id}", json, ("Content-Type", type));
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Body);
    }

    private void Restart()
    {
        _server!.Dispose();
        _server = null;
    }

    private List<string> StatesOf(string orderId) => [.. Server.EventsOf(orderId).Where(each => each.Type == "StateChange").Select(each => Text(each.Event["event"]!["serviceOrder"]!, "state"))];

    private List<string> TaskStatesOf(JsonNode task) => [.. EventsOf(Text(task, "id")).Select(each => Text(each.Event["event"]!["cancelServiceOrder"]!, "state"))];

    private List<(string Type, JsonNode Event)> EventsOf(string id) => Server.EventsOf(id);

    private static string Text(JsonNode json, string name) => json[name]!.GetValue<string>();
}
