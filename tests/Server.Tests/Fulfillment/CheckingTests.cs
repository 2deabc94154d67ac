using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace ServiceOrdering.Server.Tests.Fulfillment;

/// <summary>What happens to an order before anybody works on it.</summary>
public sealed class CheckingTests
{
    private const string Unknown = """{"serviceOrderItem":[{"id":"1","action":"modify","service":{"id":"nowhere"}},{"id":"2","action":"add","service":{}}]}""";

    [Fact]
    public async Task Order_that_passes_is_in_progress_with_no_worker_connected()
    {
        using var server = new WorkingServer();

        var answer = await server.Server.PostOrderAsync(WorkingServer.Order("", "1", "2:1"));
        var order = await server.WaitForAsync(answer.Json["id"]!.GetValue<string>(), "inProgress");

        Assert.Equal("acknowledged", answer.Json["state"]!.GetValue<string>());
        Assert.NotNull(order["startDate"]);
        Assert.Equal(("acknowledged", "acknowledged"), (WorkingServer.StateOf(order, "1"), WorkingServer.StateOf(order, "2")));
        Assert.Equal(["Create", "AttributeValueChange", "StateChange"], server.EventsOf(order["id"]!.GetValue<string>()).Select(told => told.Type));
    }

    [Fact]
    public async Task Order_about_an_unknown_service_is_accepted_and_then_rejected_with_the_reason()
    {
        using var server = new WorkingServer();

        var answer = await server.Server.PostOrderAsync(Unknown);
        var order = await server.WaitForAsync(answer.Json["id"]!.GetValue<string>(), "rejected");

        Assert.Equal(HttpStatusCode.Created, answer.Status);
        Assert.Equal(("rejected", "rejected"), (WorkingServer.StateOf(order, "1"), WorkingServer.StateOf(order, "2")));
        Assert.Equal("There is no service with id 'nowhere'.", order["serviceOrderItem"]![0]!["errorMessage"]![0]!["message"]!.GetValue<string>());
        Assert.Equal("1", order["errorMessage"]![0]!["serviceOrderItem"]![0]!["itemId"]!.GetValue<string>());
        Assert.NotNull(order["completionDate"]);
        Assert.Equal("StateChange", server.EventsOf(order["id"]!.GetValue<string>())[^1].Type);
        Assert.Empty(server.Server.Query<string>("select order_id from service_order_due"));
    }

    [Fact]
    public async Task Synchronous_checks_refuse_each_field_and_store_nothing()
    {
        using var server = new WorkingServer(("Checking:Mode", "Synchronous"));

        var answer = await server.Server.PostOrderAsync(Unknown);

        answer.IsError(HttpStatusCode.BadRequest, "24");
        Assert.Contains("serviceOrderItem/0/service/id", answer.Body);
        Assert.Equal(0, server.Server.Query<long>("select count(*) from service_order").Single());
        await server.WaitForAsync(await server.PlaceAsync(WorkingServer.Order("", "1")), "inProgress");
    }

    [Fact]
    public async Task Items_that_do_not_go_together_are_all_named()
    {
        using var server = new WorkingServer(("Checking:Mode", "Synchronous"));
        var (alive, ended) = (await CreateServiceAsync(server), await CreateServiceAsync(server));
        await server.Server.SendAsync(HttpMethod.Patch, $"{RunningServer.ServicePath}/{ended}", """{"state":"terminated"}""", ("Content-Type", "application/merge-patch+json"));

        var answer = await server.Server.PostOrderAsync(
            $$"""
            {"serviceOrderItem":[
                {"id":"1","action":"delete","service":{"id":"{{alive}}"} },
                {"id":"2","action":"modify","service":{"id":"{{alive}}"} },
                {"id":"3","action":"modify","service":{"id":"{{ended}}"} },
                {"id":"4","action":"noChange","service":{} },
                {"id":"5","action":"add","service":{"id":"{{ended}}"} },
                {"id":"6","action":"add","service":{"serviceRelationship":[{"relationshipType":"reliesOn","service":{"id":"{{alive}}"} }]} },
                {"id":"7","action":"add","service":{"supportingService":[{"id":"nowhere"}]} }]}
            """);

        answer.IsError(HttpStatusCode.BadRequest, "24");
        Assert.All(
            new[] { "1/service/id", "2/service/id", "3/service/id", "4/service/id", "5/service/serviceRelationship/0/service/id", "6/service/supportingService/0/id" },
            place => Assert.Contains(place, answer.Body));
        Assert.DoesNotContain("serviceOrderItem/0/", answer.Body);
    }

    [Fact]
    public async Task Good_order_with_a_start_date_waits_for_it_and_a_bad_one_is_rejected_today()
    {
        using var server = new WorkingServer();
        var start = DateTimeOffset.UtcNow.AddSeconds(3);

        var good = await server.PlaceAsync(WorkingServer.Order($"\"requestedStartDate\":\"{start:o}\"", "1"));
        var bad = await server.PlaceAsync(Unknown.Replace("{\"serviceOrderItem", $"{{\"requestedStartDate\":\"{start.AddDays(100):o}\",\"serviceOrderItem"));
        await server.WaitForAsync(bad, "rejected");
        var begun = await server.WaitForAsync(good, "inProgress");

        Assert.InRange(DateTimeOffset.Parse(begun["startDate"]!.GetValue<string>()), start.AddSeconds(-0.1), start.AddSeconds(30));
    }

    [Fact]
    public async Task Start_date_that_is_brought_forward_begins_the_order()
    {
        using var server = new WorkingServer();
        var id = await server.PlaceAsync(WorkingServer.Order($"\"requestedStartDate\":\"{DateTimeOffset.UtcNow.AddDays(100):o}\"", "1"));

        await server.Server.SendAsync(HttpMethod.Patch, $"{RunningServer.ServiceOrderPath}/{id}", """{"requestedStartDate":null}""", ("Content-Type", "application/merge-patch+json"));

        await server.WaitForAsync(id, "inProgress");
    }

    [Fact]
    public async Task What_changes_nothing_completes_by_itself_and_is_told_state_by_state()
    {
        using var server = new WorkingServer();
        var service = await CreateServiceAsync(server);

        var id = await server.PlaceAsync($$"""{"serviceOrderItem":[{"id":"1","action":"noChange","service":{"id":"{{service}}"} }]}""");
        await server.WaitForAsync(id, "completed");

        Assert.Equal(
            ["inProgress", "completed"],
            server.EventsOf(id).Where(told => told.Type == "StateChange").Select(told => told.Event["event"]!["serviceOrder"]!["state"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Begun_order_that_nobody_has_taken_is_cancelled_step_by_step()
    {
        using var server = new WorkingServer();
        var id = await server.PlaceAsync(WorkingServer.Order("", "1", "2"));
        await server.WaitForAsync(id, "inProgress");

        var answer = await server.Server.SendAsync(HttpMethod.Patch, $"{RunningServer.ServiceOrderPath}/{id}", """{"state":"cancelled"}""", ("Content-Type", "application/merge-patch+json"));

        Assert.Equal(("cancelled", "cancelled"), (answer.Json["state"]!.GetValue<string>(), WorkingServer.StateOf(answer.Json, "1")));
        Assert.Equal(
            ["inProgress", "assessingCancellation", "pendingCancellation", "cancelled"],
            server.EventsOf(id).Where(told => told.Type == "StateChange").Select(told => told.Event["event"]!["serviceOrder"]!["state"]!.GetValue<string>()));
        Assert.Empty(await server.ListAsync());
    }

    [Fact]
    public async Task Specification_must_be_in_the_catalogs_file_which_is_read_again_when_it_changes()
    {
        var file = Path.Combine(Path.GetTempPath(), $"catalog-{Guid.NewGuid():N}.json");
        await File.WriteAllTextAsync(file, """["known",{"id":"described","name":"x"}]""", Cancel);
        try
        {
            using var server = new WorkingServer(("Catalog:File", file));

            await server.WaitForAsync(await server.PlaceAsync(WithSpecification("known")), "inProgress");
            await server.WaitForAsync(await server.PlaceAsync(WithSpecification("described")), "inProgress");
            await server.WaitForAsync(await server.PlaceAsync(WithSpecification("new")), "rejected");
            await File.WriteAllTextAsync(file, """["new"]""", Cancel);
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddMinutes(1));
            await server.WaitForAsync(await server.PlaceAsync(WithSpecification("new")), "inProgress");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Specification_must_be_in_the_catalog_that_is_asked_once_and_waited_for()
    {
        var asked = new List<string>();
        var fails = true;
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var catalog = builder.Build();
        catalog.MapGet("/catalog/serviceSpecification/{id}", (string id) =>
        {
            lock (asked)
                asked.Add(id);
            return fails ? Results.StatusCode(503) : id == "known" ? Results.Json(new { id }) : Results.NotFound();
        });
        await catalog.StartAsync(Cancel);
        using var server = new WorkingServer(("Catalog:Url", catalog.Urls.Single() + "/catalog/"));

        // While it does not answer, nothing is decided, and orders that need no catalog go on.
        var early = await server.PlaceAsync(WithSpecification("known"));
        await server.WaitForAsync(await server.PlaceAsync(WorkingServer.Order("", "1")), "inProgress");
        Assert.Equal("acknowledged", (await server.ReadAsync(early))["state"]!.GetValue<string>());
        fails = false;
        await server.WaitForAsync(early, "inProgress");
        await server.WaitForAsync(await server.PlaceAsync(WithSpecification("unknown")), "rejected");
        var before = asked.Count(id => id == "known");
        await server.WaitForAsync(await server.PlaceAsync(WithSpecification("known")), "inProgress");
        Assert.Equal(before, asked.Count(id => id == "known"));
    }

    private static string WithSpecification(string id) => $$"""{"serviceOrderItem":[{"id":"1","action":"add","service":{"serviceSpecification":{"id":"{{id}}"} } }]}""";

    private static async Task<string> CreateServiceAsync(WorkingServer server) => (await server.Server.SendAsync(
        HttpMethod.Post, RunningServer.ServicePath, """{"@type":"Service","name":"there","state":"active","serviceSpecification":{"id":"s","@type":"ServiceSpecificationRef"}}""")).Json["id"]!.GetValue<string>();
}
