using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using static ServiceOrdering.Server.Tests.Onap.NbiServer;

namespace ServiceOrdering.Server.Tests.Onap;

/// <summary>What becomes of orders that were placed by ONAP's NBI before anybody works on them, and what is said of it.</summary>
public sealed class NbiCheckingTests
{
    [Fact]
    public async Task Two_items_of_which_one_relies_on_the_other_are_in_progress_with_no_worker()
    {
        using var nbi = new NbiServer();

        var order = await nbi.FollowAsync(
            Order("", Item("A", "add"), Item("B", "add", more: """,  "orderItemRelationship":[{"type":"reliesOn","id":"A"}]""")), "inProgress");

        Assert.Equal("""[{"type":"reliesOn","id":"A"}]""", order["orderItem"]![1]!["orderItemRelationship"]!.ToJsonString());
        Assert.Equal("[]", order["orderItem"]![0]!["orderItemRelationship"]!.ToJsonString());
        Assert.Equal(["A"], (await nbi.Working.PollAsync(items: 5)).Select(assignment => assignment.Item.Id));
    }

    [Theory]
    [InlineData("\"relatedParty\":[]")]
    [InlineData("\"relatedParty\":null")]
    [InlineData("")]
    public async Task Order_without_a_customer_is_for_everybody(string party)
    {
        using var nbi = new NbiServer();
        var service = await nbi.CreateServiceAsync();

        var added = await nbi.FollowAsync(Order(party, Item("1", "add")), "inProgress");
        var changed = await nbi.FollowAsync(Order(party, Item("1", "modify", service)), "inProgress");

        Assert.Null(added["relatedParty"]);
        Assert.Empty(Codes(changed));
    }

    [Fact]
    public async Task Something_can_be_added_for_a_customer_whom_nobody_knows()
    {
        using var nbi = new NbiServer();

        var order = await nbi.FollowAsync(Order($"\"relatedParty\":{Customer("nobody")}", Item("1", "add")), "inProgress");

        Assert.Null(order["orderMessage"]);
    }

    [Fact]
    public async Task Adding_a_service_with_an_id_is_rejected_with_one_message()
    {
        using var nbi = new NbiServer();
        var known = await nbi.CreateServiceAsync();

        var unknown = await nbi.FollowAsync(Order("", Item("1", "add", "anything")), "rejected");
        var there = await nbi.FollowAsync(Order("", Item("1", "add", known)), "rejected");

        Assert.All(new[] { unknown, there }, order =>
        {
            Assert.Equal(["103"], Codes(order, 0));
            Assert.Equal("service.id", order["orderItem"]![0]!["orderItemMessage"]![0]!["field"]!.GetValue<string>());
            Assert.Null(order["orderMessage"]);
        });
        // TMF641 lets a client name what it adds.
        await nbi.Working.WaitForAsync(await nbi.Working.PlaceAsync("""{"serviceOrderItem":[{"id":"1","action":"add","service":{"id":"anything"} }]}"""), "inProgress");
    }

    [Theory]
    [InlineData("delete")]
    [InlineData("modify")]
    [InlineData("noChange")]
    public async Task Unknown_service_is_rejected_with_one_message_on_its_item_alone(string action)
    {
        using var nbi = new NbiServer();

        var order = await nbi.FollowAsync(Order("", Item("1", "add"), Item("2", action, "nowhere")), "rejected");

        Assert.Equal(["rejected", "rejected"], States(order));
        Assert.Empty(Codes(order, 0));
        Assert.Equal(["106"], Codes(order, 1));
        Assert.Empty(Codes(order));
        var message = order["orderItem"]![1]!["orderItemMessage"]![0]!;
        Assert.Equal(("service.id", "error", true), (message["field"]!.GetValue<string>(), message["severity"]!.GetValue<string>(), message["correctionRequired"]!.GetValue<bool>()));
    }

    [Theory]
    [InlineData("delete")]
    [InlineData("modify")]
    public async Task Unknown_customer_is_told_before_the_unknown_service_and_alone(string action)
    {
        using var nbi = new NbiServer();

        var order = await nbi.FollowAsync(Order($"\"relatedParty\":{Customer("nobody").Replace("ONAPcustomer", "onapCUSTOMER")}", Item("1", action, "nowhere")), "rejected");

        Assert.Equal(["104"], Codes(order));
        Assert.Equal("relatedParty.id", order["orderMessage"]![0]!["field"]!.GetValue<string>());
        Assert.Empty(Codes(order, 0));
        Assert.Equal(["rejected"], States(order));
    }

    [Fact]
    public async Task Unknown_customer_does_not_matter_where_nothing_changes()
    {
        using var nbi = new NbiServer();
        var service = await nbi.CreateServiceAsync();

        var order = await nbi.FollowAsync(Order($"\"relatedParty\":{Customer("nobody")}", Item("1", "noChange", service)), "completed");

        Assert.Equal(["completed"], States(order));
        Assert.Equal("100", order["orderItem"]![0]!["percentProgress"]!.GetValue<string>());
    }

    [Fact]
    public async Task What_changes_nothing_is_completed_beside_what_is_deleted()
    {
        using var nbi = new NbiServer();
        var (kept, ended) = (await nbi.CreateServiceAsync(), await nbi.CreateServiceAsync());

        var order = await nbi.FollowAsync(Order($"\"relatedParty\":{Customer("known")}", Item("1", "noChange", kept), Item("2", "delete", ended)), "inProgress");

        Assert.Equal("completed", States(order).First());
        Assert.Empty(Codes(order));
    }

    [Fact]
    public async Task Service_of_the_customer_is_deleted_and_one_that_was_added_for_him_makes_him_known()
    {
        using var nbi = new NbiServer();
        var service = await nbi.CreateServiceAsync();
        await nbi.FollowAsync(Order($"\"relatedParty\":{Customer("known")}", Item("1", "delete", service)), "inProgress");
        await nbi.Working.CompleteAsync(await nbi.Working.TakeAsync());

        var placed = await nbi.PlaceAsync(Order($"\"relatedParty\":{Customer("new")}", Item("1", "add")));
        await nbi.Working.CompleteAsync(await nbi.Working.TakeAsync());
        var added = (await nbi.ReadAsync(placed))["orderItem"]![0]!["service"]!;

        Assert.Null(added["relatedParty"]);
        await nbi.FollowAsync(Order($"\"relatedParty\":{Customer("new")}", Item("1", "modify", added["id"]!.GetValue<string>())), "inProgress");
    }

    [Theory]
    [InlineData("add")]
    [InlineData("modify")]
    public async Task Unknown_specification_of_one_item_rejects_the_order_with_one_message(string action)
    {
        var file = Path.Combine(Path.GetTempPath(), $"catalog-{Guid.NewGuid():N}.json");
        await File.WriteAllTextAsync(file, """["90b476bc","s"]""", Cancel);
        try
        {
            using var nbi = new NbiServer(("Catalog:File", file));
            var service = await nbi.CreateServiceAsync();

            var order = await nbi.FollowAsync(
                Order("", Item("1", "add"), Item("2", action, action == "add" ? "" : service).Replace("90b476bc", "unknown")), "rejected");

            Assert.Empty(Codes(order, 0));
            Assert.Equal(["102"], Codes(order, 1));
            Assert.Equal("service.serviceSpecification.id", order["orderItem"]![1]!["orderItemMessage"]![0]!["field"]!.GetValue<string>());
            Assert.Empty(Codes(order));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Order_waits_for_a_catalog_that_does_not_answer_and_says_so_once()
    {
        var fails = true;
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var catalog = builder.Build();
        catalog.MapGet("/serviceSpecification/{id}", (string id) => fails ? Results.StatusCode(503) : Results.Json(new { id }));
        await catalog.StartAsync(Cancel);
        using var nbi = new NbiServer(("Catalog:Url", catalog.Urls.Single()));

        var id = await nbi.PlaceAsync(Order("", Item("1", "add")));
        await nbi.Working.WaitForAsync(id, order => order["errorMessage"] is not null);
        var waiting = await nbi.ReadAsync(id);
        var version = nbi.Server.Query<long>("select version from service_order where id = @id", new { id }).Single();
        fails = false;
        await nbi.Working.WaitForAsync(id, "inProgress");
        var begun = await nbi.ReadAsync(id);

        Assert.Equal("acknowledged", waiting["state"]!.GetValue<string>());
        Assert.Equal(["500"], Codes(waiting));
        Assert.Equal(
            ("Problem with SDC API", false),
            (waiting["orderMessage"]![0]!["messageInformation"]!.GetValue<string>(), waiting["orderMessage"]![0]!["correctionRequired"]!.GetValue<bool>()));
        Assert.Equal(2, version);
        Assert.Null(begun["orderMessage"]);
    }

    [Fact]
    public async Task Order_is_accepted_and_then_checked_also_where_those_of_TMF641_are_checked_first()
    {
        using var nbi = new NbiServer(("Checking:Mode", "Synchronous"));

        Assert.Equal(System.Net.HttpStatusCode.BadRequest, (await nbi.Server.PostOrderAsync("""{"serviceOrderItem":[{"id":"1","action":"delete","service":{"id":"nowhere"} }]}""")).Status);
        Assert.Equal(["106"], Codes(await nbi.FollowAsync(Order("", Item("1", "delete", "nowhere")), "rejected"), 0));
    }

    [Theory]
    [InlineData("serviceExists", "105", "service.name")]
    [InlineData("105", "105", "service.name")]
    [InlineData("E42", "E42", null)]
    public async Task What_a_worker_says_of_a_failure_is_told_of_its_item(string code, string told, string? field)
    {
        using var nbi = new NbiServer();
        var id = await nbi.PlaceAsync(Order("", Item("1", "add")));

        await nbi.Working.ReportAsync(await nbi.Working.TakeAsync(), report => report.Failure = new()
        {
            ErrorMessages = { new Tmf.ServiceOrdering.V4.ServiceOrderItemErrorMessage { Code = code, Message = "once" }, new Tmf.ServiceOrdering.V4.ServiceOrderItemErrorMessage { Code = code, Message = "twice" } },
        });
        var order = await nbi.ReadAsync(id);

        Assert.Equal("failed", order["state"]!.GetValue<string>());
        Assert.Equal([told], Codes(order, 0));
        Assert.Equal((field, "once"), (order["orderItem"]![0]!["orderMessage"]![0]!["field"]?.GetValue<string>(), order["orderItem"]![0]!["orderMessage"]![0]!["messageInformation"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Work_that_timed_out_is_told_of_its_item()
    {
        using var nbi = new NbiServer(("Fulfillment:LeaseDuration", "00:00:01"), ("Fulfillment:LongestWork", "00:00:01"));
        var id = await nbi.PlaceAsync(Order("", Item("1", "add")));

        await nbi.Working.TakeAsync();
        await nbi.Working.WaitForAsync(id, "failed");
        var order = await nbi.ReadAsync(id);

        Assert.Equal(["504"], Codes(order, 0));
        Assert.False(order["orderItem"]![0]!["orderMessage"]![0]!["correctionRequired"]!.GetValue<bool>());
    }
}
