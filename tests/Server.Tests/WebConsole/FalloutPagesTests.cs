using Microsoft.Playwright;
using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Server.Tests.Fulfillment;

namespace ServiceOrdering.Server.Tests.WebConsole;

/// <summary>The queue of fallout and the page of an item, as a desk uses them.</summary>
public sealed class FalloutPagesTests(PagesServer pages) : IClassFixture<PagesServer>
{
    private FalloutServer Server => pages.Fallout;

    [Fact]
    public async Task An_item_is_retried_in_its_page_and_recovers_without_a_reload()
    {
        var (order, item) = await Server.FallOutAsync();
        await using var desk = await Desk.OpenAsync(pages.Server);
        await desk.GoAsync($"/console/fallout/{item.Id}");
        await desk.Page.GetByLabel("Note").First.FillAsync("The line is repaired.");
        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Retry" }).ClickAsync();
        await desk.Page.GetByText("The item is back in the queue.").WaitForAsync();
        await desk.Page.GetByText("live", new() { Exact = true }).WaitForAsync();
        await desk.Page.EvaluateAsync("window.mark = 1");

        await Server.Working.CompleteAsync(await Server.Working.TakeAsync());

        await desk.Page.Locator("#fallout-heading").GetByText("recovered", new() { Exact = true }).WaitForAsync();
        await desk.Page.Locator("#fallout-notes").GetByText("The line is repaired.").WaitForAsync();
        Assert.Equal(1, await desk.Page.EvaluateAsync<int>("window.mark"));
        await Server.Working.WaitForAsync(order, "completed");
        desk.AssertQuiet();
    }

    [Fact]
    public async Task Checked_rows_are_retried_by_a_job_whose_progress_is_shown()
    {
        var items = new List<FalloutItem>();
        for (var i = 0; i < 3; i++)
            items.Add((await Server.FallOutAsync("\"category\":\"bulk\"")).Item);
        await using var desk = await Desk.OpenAsync(pages.Server);
        await desk.GoAsync("/console/fallout?filter=category%3Dbulk");
        foreach (var item in items[..2])
            await desk.Page.Locator($"input[value='{item.Id}']").CheckAsync();

        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Retry" }).ClickAsync();
        await desk.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Retry" }).ClickAsync();

        await desk.Page.Locator("#fallout-jobs").GetByText("Retry 2").First.WaitForAsync();
        await desk.Page.Locator("#fallout-jobs").GetByText("completed").First.WaitForAsync();
        var states = (await Server.ListAsync("category=bulk")).ToDictionary(item => item.Id, item => item.State);
        Assert.Equal([FalloutState.Retried, FalloutState.Retried, FalloutState.Open], items.Select(item => states[item.Id]));
        // Nothing is to wait that another test could take for its own.
        foreach (var assignment in await Server.Working.PollAsync(2))
            await Server.Working.CompleteAsync(assignment);
        await desk.AssertAccessibleAsync();
        desk.AssertQuiet();
    }

    [Fact]
    public async Task All_that_the_list_is_of_fail_by_a_job_and_checked_rows_are_assigned()
    {
        for (var i = 0; i < 3; i++)
            await Server.FallOutAsync("\"category\":\"doomed\"");
        await using var desk = await Desk.OpenAsync(pages.Server, scripts: false);
        await desk.GoAsync("/console/fallout?filter=category%3Ddoomed");
        await desk.Page.Locator(".choose").First.CheckAsync();
        await desk.Page.Locator(".bulk").GetByLabel("Assign to").FillAsync("Grace");
        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Assign the checked" }).ClickAsync();
        await desk.Page.GetByText("It is assigned.").WaitForAsync();
        Assert.Single(await Server.ListAsync("category=doomed&assignee=Grace"));

        await desk.Page.GetByLabel("or all 3 that the list is of").CheckAsync();
        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Fail for good" }).ClickAsync();

        await desk.Page.GetByText("A job does it").WaitForAsync();
        await Server.EndOfAsync((await Server.Jobs.ListJobsAsync(new ListJobsRequest { Filter = "operation=failFallout" }, cancellationToken: Cancel)).Jobs[0]);
        Assert.All(await Server.ListAsync("category=doomed"), item => Assert.Equal(FalloutState.Failed, item.State));
        desk.AssertQuiet();
    }

    [Fact]
    public async Task Without_scripts_an_item_is_noted_assigned_and_completed_by_hand_with_the_service_that_was_delivered()
    {
        var (order, item) = await Server.FallOutAsync();
        await using var desk = await Desk.OpenAsync(pages.Server, scripts: false);
        await desk.GoAsync($"/console/fallout/{item.Id}");
        await desk.Page.GetByLabel("Text").FillAsync("A technician is on the way.");
        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Add the note" }).ClickAsync();
        await desk.Page.Locator("#fallout-notes").GetByText("A technician is on the way.").WaitForAsync();
        await desk.Page.GetByLabel("To", new() { Exact = true }).FillAsync("Ada");
        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Assign", Exact = true }).ClickAsync();
        await desk.Page.Locator("#fallout-facts").GetByText("Ada").WaitForAsync();

        var form = desk.Page.Locator("form[action$='/complete']");
        await form.GetByLabel("Name of the service").FillAsync("laid by hand");
        await form.GetByLabel("Name of a new characteristic").First.FillAsync("port");
        await form.GetByLabel("Value of a new characteristic").First.FillAsync("7");
        await form.GetByLabel("Kind of the value of a new characteristic").First.SelectOptionAsync("json");
        await form.GetByRole(AriaRole.Button, new() { Name = "Complete" }).ClickAsync();

        await desk.Page.GetByText("The item is completed").WaitForAsync();
        var services = await pages.Server.GetAsync($"{RunningServer.ServicePath}?serviceOrderItem.serviceOrderId={order}");
        var service = services.Json.AsArray().Single()!;
        Assert.Equal("laid by hand", (string)service["name"]!);
        Assert.Equal(7, (int)service["serviceCharacteristic"]![0]!["value"]!);
        Assert.Equal((FalloutState.Completed, "Ada"), (await Server.OfAsync(order)) is var done ? (done.State, done.Assignee) : default);
        desk.AssertQuiet();
    }

    [Fact]
    public async Task An_item_is_retried_with_another_characteristic_and_those_that_stay_are_left_alone()
    {
        var order = await Server.Working.PlaceAsync(
            """{"serviceOrderItem":[{"id":"1","action":"add","service":{"serviceType":"line","serviceCharacteristic":[{"name":"speed","value":100},{"name":"note","value":"a\nb"}]}}]}""");
        await Server.FailAsync();
        var item = await Server.OfAsync(order);
        await using var desk = await Desk.OpenAsync(pages.Server);
        await desk.GoAsync($"/console/fallout/{item.Id}");
        await desk.Page.GetByText("With other characteristics").ClickAsync();
        await desk.Page.Locator("#retry-characteristics").GetByLabel("Value of speed", new() { Exact = true }).FillAsync("50");
        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Retry" }).ClickAsync();
        await desk.Page.GetByText("The item is back in the queue.").WaitForAsync();

        var assignment = await Server.Working.TakeAsync();

        Assert.Equal([("speed", 50, ""), ("note", 0, "a\nb")], assignment.Item.Service.ServiceCharacteristic.Select(each => (each.Name, (int)each.Value.NumberValue, each.Value.StringValue)));
        await Server.Working.CompleteAsync(assignment);
    }

    [Fact]
    public async Task An_item_fails_for_good_in_its_page_and_what_was_decided_cannot_be_decided_again()
    {
        var (order, item) = await Server.FallOutAsync();
        await using var desk = await Desk.OpenAsync(pages.Server, scripts: false);
        await using var other = await Desk.OpenAsync(pages.Server, scripts: false);
        await desk.GoAsync($"/console/fallout/{item.Id}");
        await other.GoAsync($"/console/fallout/{item.Id}");
        await desk.Page.GetByLabel("Its message").FillAsync("The street has no fiber.");
        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Fail", Exact = true }).ClickAsync();
        await desk.Page.GetByText("The item has failed for good").WaitForAsync();
        await Server.Working.WaitForAsync(order, "failed");

        await other.Page.GetByRole(AriaRole.Button, new() { Name = "Retry" }).ClickAsync();

        await other.Page.GetByText("is failed", new() { Exact = false }).First.WaitForAsync();
        Assert.Equal(FalloutState.Failed, (await Server.OfAsync(order)).State);
    }

    [Fact]
    public async Task The_queue_is_filtered_and_sorted_by_its_address_and_says_what_is_wrong_with_that()
    {
        var (_, first) = await Server.FallOutAsync("\"category\":\"a,b\\\"&c\",\"priority\":\"3\"");
        var (_, second) = await Server.FallOutAsync("\"category\":\"sorted\",\"priority\":\"1\"");
        await using var desk = await Desk.OpenAsync(pages.Server);

        await desk.GoAsync("/console/fallout?type=leaseLost");
        await desk.Page.GetByText("Nothing is held in fallout.").WaitForAsync();
        await desk.GoAsync("/console/fallout?unassigned=1&cause=noLine&sort=priority");
        var rows = await desk.Page.Locator(".choose").EvaluateAllAsync<string[]>("boxes => boxes.map(box => box.value)");
        Assert.True(Array.IndexOf(rows, second.Id) < Array.IndexOf(rows, first.Id), string.Join(' ', rows));
        await desk.GoAsync("/console/fallout?sort=-priority");
        Assert.Equal("descending", await desk.Page.GetByRole(AriaRole.Columnheader, new() { Name = "Priority" }).GetAttributeAsync("aria-sort"));
        await desk.GoAsync("/console/fallout?filter=attempts.between%3D3");
        await desk.Page.GetByRole(AriaRole.Alert).WaitForAsync();
        await desk.AssertAccessibleAsync();
        desk.AssertQuiet();
    }
}
