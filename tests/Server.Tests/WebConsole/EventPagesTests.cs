using Microsoft.Playwright;

namespace ServiceOrdering.Server.Tests.WebConsole;

/// <summary>The feed of events in the browser.</summary>
public sealed class EventPagesTests(PagesServer pages) : IClassFixture<PagesServer>
{
    [Fact]
    public async Task A_new_event_comes_by_itself_and_a_pause_holds_it_back()
    {
        await using var desk = await Desk.OpenAsync(pages.Server);
        await desk.GoAsync("/console/events?type=ServiceCreateEvent");
        await desk.Page.GetByText("live", new() { Exact = true }).WaitForAsync();
        var first = await pages.CreateServiceAsync("first");
        await desk.Page.Locator("#events").GetByText(first).WaitForAsync();

        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        // Whoever does not pause has it by then, and what came after it, which is told apart from it.
        await using var other = await Desk.OpenAsync(pages.Server);
        await other.GoAsync("/console/events?type=ServiceCreateEvent");
        await other.Page.GetByText("live", new() { Exact = true }).WaitForAsync();
        var second = await pages.CreateServiceAsync("second");
        await other.Page.Locator("#events").GetByText(second).WaitForAsync();
        var third = await pages.CreateServiceAsync("third");
        await other.Page.Locator("#events").GetByText(third).WaitForAsync();
        Assert.Equal(0, await desk.Page.Locator("#events").GetByText(second).CountAsync());
        await desk.Page.Locator("[data-pause]").ClickAsync();

        await desk.Page.Locator("#events").GetByText(second).WaitForAsync();
        await desk.AssertAccessibleAsync();
        desk.AssertQuiet();
    }

    [Fact]
    public async Task An_event_shows_its_text_who_made_it_and_the_trace()
    {
        var trace = "0af7651916cd43dd8448eb211c80319c";
        var order = (string)(await pages.Server.PostOrderAsync(ExampleOrders.Minimal, ("traceparent", $"00-{trace}-b7ad6b7169203331-01"))).Json["id"]!;
        await using var desk = await Desk.OpenAsync(pages.Server, scripts: false);
        await desk.GoAsync($"/console/events?resource={order}&type=ServiceOrderCreateEvent");
        await desk.Page.Locator("#events tbody time").First.ClickAsync();

        await desk.Page.Locator("#event-json").GetByText($"\"id\": \"{order}\"").WaitForAsync();
        Assert.Equal(trace, await desk.Page.Locator("dt:text-is('Trace') + dd").TextContentAsync());
        Assert.Equal(404, (await desk.GoAsync("/console/events/999999999")).Status);
    }

    [Fact]
    public async Task The_feed_begins_at_a_time_and_goes_back_page_by_page()
    {
        var last = "";
        for (var i = 0; i < 60; i++)
            last = await pages.CreateServiceAsync($"old {i}");
        // The log's own times, an hour apart.
        var position = pages.Server.Query<long>("select last from event_position")[0];
        await pages.Server.ExecuteAsync("update event_log set time = '2026-01-31T10:00:00.000Z' where position <= @position", new { position });
        await pages.CreateServiceAsync("new");
        await using var desk = await Desk.OpenAsync(pages.Server, scripts: false);

        await desk.GoAsync("/console/events?type=ServiceCreateEvent&at=2026-01-31T10:00");
        Assert.Contains(last, await desk.Page.Locator("#events tbody tr").First.TextContentAsync());
        Assert.Equal(50, await desk.Page.Locator("#events tbody tr").CountAsync());
        await desk.Page.GetByRole(AriaRole.Link, new() { Name = "Older" }).ClickAsync();
        Assert.InRange(await desk.Page.Locator("#events tbody tr").CountAsync(), 10, 50);
        await desk.GoAsync("/console/events?at=2026-01-31T09:59");
        await desk.Page.GetByText("There is none.").WaitForAsync();
        await desk.GoAsync("/console/events?at=yesterday");
        await desk.Page.GetByRole(AriaRole.Alert).WaitForAsync();
        await desk.GoAsync("/console/events?type=NoSuchEvent");
        await desk.Page.GetByRole(AriaRole.Alert).WaitForAsync();
        desk.AssertQuiet();
    }
}
