using System.Text.Json.Nodes;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.ServiceOrders;
using ServiceOrdering.Server.Storage;
using ServiceOrdering.Server.Tests.Fulfillment;
using ServiceOrdering.Server.Tests.Hub;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.Jeopardy;

/// <summary>Orders that are not completed in time, or will not be.</summary>
public sealed class DueDatesTests : IDisposable
{
    private readonly ShiftedTime _time = new();
    private readonly DateTimeOffset _start = DateTimeOffset.UtcNow;
    private WorkingServer _server;

    public DueDatesTests() => _server = new WorkingServer(_time, Never);

    private static (string, string) Never => ("Jeopardy:NoWorkerAfter", "0");

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Date_that_passes_is_told_once_with_one_event()
    {
        var id = await PlaceAsync(_start.AddHours(1));
        var other = await PlaceAsync(_start.AddHours(2));

        await MoveToAsync(_start.AddHours(1));
        var order = await _server.WaitForAsync(id, HasAlerts(1));
        await MoveToAsync(_start.AddHours(3));
        await _server.WaitForAsync(other, HasAlerts(1));

        var alert = order["jeopardyAlert"]![0]!;
        Assert.Equal(("completionDateMissed", "Requested completion date passed"), (Text(alert, "jeopardyType"), Text(alert, "name")));
        Assert.Equal($"The order was to be completed by {Text(order, "requestedCompletionDate")} and is inProgress.", Text(alert, "message"));
        Assert.InRange(DateTimeOffset.Parse(Text(alert, "alertDate")), _start.AddHours(1), _start.AddHours(1.5));
        Assert.True(HasAlerts(1)(await _server.ReadAsync(id)));
        var told = Assert.Single(_server.EventsOf(id), told => told.Type == "Jeopardy");
        Assert.Equal(Text(alert, "id"), Text(told.Event["event"]!["serviceOrder"]!["jeopardyAlert"]![0]!, "id"));
        Assert.Empty(_server.Server.Query<string>("select order_id from jeopardy_due"));
    }

    [Fact]
    public async Task Later_date_can_be_missed_again_and_one_that_was_taken_back_cannot()
    {
        var id = await PlaceAsync(_start.AddHours(1));
        var free = await PlaceAsync(_start.AddHours(1));
        await PatchAsync(free, """{"requestedCompletionDate":null}""");
        await MoveToAsync(_start.AddHours(1));
        await _server.WaitForAsync(id, HasAlerts(1));

        await PatchAsync(id, $$"""{"requestedCompletionDate":"{{_start.AddHours(3):o}}"}""");
        await MoveToAsync(_start.AddHours(2));
        await MoveToAsync(_start.AddHours(3));
        var order = await _server.WaitForAsync(id, HasAlerts(2));

        Assert.Equal([1, 3], order["jeopardyAlert"]!.AsArray().Select(alert => (int)Math.Round((DateTimeOffset.Parse(Text(alert!, "alertDate")) - _start).TotalHours)));
        Assert.True(HasAlerts(0)(await _server.ReadAsync(free)));
    }

    [Fact]
    public async Task Order_that_is_final_and_date_that_was_over_when_it_was_asked_for_are_in_no_danger()
    {
        var cancelled = await PlaceAsync(_start.AddHours(1));
        await PatchAsync(cancelled, """{"state":"cancelled"}""");
        var late = await PlaceAsync(_start.AddHours(-1));
        var other = await PlaceAsync(_start.AddHours(1));

        Assert.Equal([other], _server.Server.Query<string>("select order_id from jeopardy_due"));
        await MoveToAsync(_start.AddHours(2));
        await _server.WaitForAsync(other, HasAlerts(1));

        Assert.True(HasAlerts(0)(await _server.ReadAsync(cancelled)));
        Assert.True(HasAlerts(0)(await _server.ReadAsync(late)));
    }

    [Fact]
    public async Task Order_is_at_risk_when_what_remains_takes_longer_than_there_is_time()
    {
        Restart(("Jeopardy:Durations:type 1", "02:00:00"), ("Jeopardy:Durations:*", "01:00:00"));
        var idle = await PlaceAsync(_start.AddHours(4), "1", "2:1");
        var worked = await PlaceAsync(_start.AddHours(4), "1", "2:1");
        await CompleteAsync(worked, "1");

        await MoveToAsync(_start.AddHours(1));
        var order = await _server.WaitForAsync(idle, HasAlerts(1));
        Assert.True(HasAlerts(0)(await _server.ReadAsync(worked)));
        await MoveToAsync(_start.AddHours(3));
        var half = await _server.WaitForAsync(worked, HasAlerts(1));
        await MoveToAsync(_start.AddHours(4));
        var missed = await _server.WaitForAsync(idle, HasAlerts(2));

        var alert = order["jeopardyAlert"]![0]!;
        Assert.Equal(("completionDateAtRisk", "1,2"), (Text(alert, "jeopardyType"), Items(alert)));
        Assert.Equal($"What remains to be done takes 03:00:00, and the order is to be completed by {Text(order, "requestedCompletionDate")}.", Text(alert, "message"));
        Assert.Equal(("completionDateAtRisk", "2"), (Text(half["jeopardyAlert"]![0]!, "jeopardyType"), Items(half["jeopardyAlert"]![0]!)));
        Assert.Equal("completionDateMissed", Text(missed["jeopardyAlert"]![1]!, "jeopardyType"));
    }

    [Fact]
    public async Task Order_that_is_late_is_not_said_to_be_at_risk_too()
    {
        Restart(("Jeopardy:Durations:*", "01:00:00"));
        var late = await PlaceAsync(_start.AddHours(2));
        var hopeless = await PlaceAsync(_start.AddMinutes(30));
        var order = await _server.WaitForAsync(hopeless, HasAlerts(1));

        await MoveToAsync(_start.AddHours(3));
        await _server.WaitForAsync(late, HasAlerts(1));
        await CompleteAsync(late, "1");
        await _server.WaitForAsync(hopeless, HasAlerts(2));

        Assert.Equal("completionDateAtRisk", Text(order["jeopardyAlert"]![0]!, "jeopardyType"));
        Assert.Equal("completionDateMissed", Text(Assert.Single((await _server.ReadAsync(late))["jeopardyAlert"]!.AsArray())!, "jeopardyType"));
        Assert.Empty(_server.Server.Query<string>("select order_id from jeopardy_due"));
    }

    [Fact]
    public async Task Order_that_cannot_be_written_holds_up_no_other_and_is_tried_again()
    {
        // As many as are looked at together, before the other one.
        string[] broken = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => PlaceAsync(_start.AddHours(1))));
        await _server.Server.ExecuteAsync("update service_order set external_id = body, body = 'x'");
        var other = await PlaceAsync(_start.AddHours(1).AddSeconds(1));

        await MoveToAsync(_start.AddHours(1).AddSeconds(1));
        await _server.WaitForAsync(other, HasAlerts(1));
        await _server.Server.ExecuteAsync("update service_order set body = external_id where body = 'x'");
        await MoveToAsync(_start.AddHours(2));

        await _server.WaitForAsync(broken[^1], HasAlerts(1));
    }

    [Fact]
    public async Task Orders_are_listed_by_the_dangers_that_they_are_in()
    {
        var late = await PlaceAsync(_start.AddHours(1));
        await PlaceAsync(_start.AddHours(9));
        await MoveToAsync(_start.AddHours(1));
        await _server.WaitForAsync(late, HasAlerts(1));

        Assert.Equal([late], await ListAsync("completionDateMissed"));
        Assert.Equal([late], await ListAsync("noWorker,completionDateMissed"));
        Assert.Empty(await ListAsync("completionDateAtRisk"));
        await PatchAsync(late, """{"state":"cancelled"}""");
        Assert.Equal([late], await ListAsync("completionDateMissed"));
        (await _server.Server.SendAsync(HttpMethod.Delete, $"{RunningServer.ServiceOrderPath}/{late}")).Is(System.Net.HttpStatusCode.NoContent);
        Assert.Empty(_server.Server.Query<string>("select value from service_order_value"));

        async Task<List<string>> ListAsync(string types) =>
            [.. (await _server.Server.GetAsync($"{RunningServer.ServiceOrderPath}?jeopardyAlert.jeopardyType={types}")).Json.AsArray().Select(order => Text(order!, "id"))];
    }

    [Theory]
    [InlineData("jeopardyAlert.jeopardyType=noWorker")]
    [InlineData("jeopardyAlert.jeopardyType=noWorker&state=inProgress")]
    public void List_of_a_danger_uses_an_index(string filter)
    {
        var plan = _server.Server.Explain<ServiceOrder>(ServiceOrderRequests.Check(new ListServiceOrdersRequest { Filter = filter }, Sight.All, Query.UnknownAttributes.MatchNothing));

        RunningServer.AssertSearches(plan, "service_order", "PRIMARY KEY (path=? AND value=?)", "service_order_value_pkey");
    }

    [Fact]
    public async Task Orders_of_the_version_before_are_entered()
    {
        TestDatabase database = new();
        using (database)
        {
            string id;
            var date = TmfDate.Of(DateTimeOffset.UtcNow.AddHours(1));
            using (var old = new WorkingServer(database, Never))
            {
                id = await old.PlaceAsync(WorkingServer.Order($"\"requestedCompletionDate\":\"{TmfDate.Text(date)}\"", "1"));
                var assignment = await old.TakeAsync();
                await old.ReportAsync(assignment, report => report.JeopardyAlert = new ServiceOrderJeopardyAlert { JeopardyType = "weather" });
                await old.ReportAsync(assignment, report => report.JeopardyAlert = new ServiceOrderJeopardyAlert { Name = "unspecific" });
                await old.PlaceAsync(WorkingServer.Order("", "1"));
                foreach (var step in new[]
                {
                    "drop table jeopardy_due", "drop table service_order_value", "drop table work_kind", "drop index work_unserved", "alter table work drop column unserved_since",
                    "delete from schema_migration where name = '0110_jeopardy'",
                })
                {
                    await old.Server.ExecuteAsync(step);
                }
            }

            using var server = new WorkingServer(database, Never);

            Assert.Equal([(id, "completionDateMissed", date.ToDateTimeOffset().ToUnixTimeMilliseconds())], server.Server.Query<(string, string, long)>("select order_id, type, at from jeopardy_due"));
            Assert.Equal([("jeopardyAlert.jeopardyType", "weather", id)], server.Server.Query<(string, string, string)>("select path, value, id from service_order_value"));
        }
    }

    private void Restart(params (string, string)[] settings)
    {
        _server.Dispose();
        _server = new WorkingServer(_time, [Never, .. settings]);
    }

    private async Task<string> PlaceAsync(DateTimeOffset date, params string[] items)
    {
        var id = await _server.PlaceAsync(WorkingServer.Order($"\"requestedCompletionDate\":\"{date:o}\"", items.Length == 0 ? ["1"] : items));
        await _server.WaitForAsync(id, "inProgress");
        return id;
    }

    /// <summary>Moves the clock. Whoever sleeps by it finds out with the next commit.</summary>
    private async Task MoveToAsync(DateTimeOffset time)
    {
        _time.Ahead = time - _start;
        await _server.PlaceAsync(ExampleOrders.Minimal);
    }

    private async Task CompleteAsync(string id, string item)
    {
        foreach (var state in new[] { "inProgress", "completed" })
        {
            var order = await _server.ReadAsync(id);
            order["serviceOrderItem"]!.AsArray().Single(each => Text(each!, "id") == item)!["state"] = state;
            await PatchAsync(id, new JsonObject { ["serviceOrderItem"] = order["serviceOrderItem"]!.DeepClone() }.ToJsonString());
        }
    }

    private async Task PatchAsync(string id, string json) => (await _server.Server.SendAsync(
        HttpMethod.Patch, $"{RunningServer.ServiceOrderPath}/{id}", json, ("Content-Type", "application/merge-patch+json"))).Is(System.Net.HttpStatusCode.OK);

    private static Func<JsonNode, bool> HasAlerts(int count) => order => (order["jeopardyAlert"]?.AsArray().Count ?? 0) == count;

    private static string Items(JsonNode alert) => string.Join(',', alert["serviceOrderItem"]!.AsArray().Select(item => Text(item!, "itemId")));

    private static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();

    // It goes on beside the clock of the database, which orders are begun by.
    private sealed class ShiftedTime : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
    }
}
