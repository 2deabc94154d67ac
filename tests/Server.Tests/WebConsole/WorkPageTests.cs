using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Server.Tests.Fulfillment;

namespace ServiceOrdering.Server.Tests.WebConsole;

/// <summary>The page of workers, and of what waits for them.</summary>
public sealed class WorkPageTests(PagesServer pages) : IClassFixture<PagesServer>
{
    [Fact]
    public async Task Work_without_a_worker_is_seen_at_a_glance_until_one_comes_that_takes_it()
    {
        var order = await pages.Working.PlaceAsync(WorkingServer.Order("", "w"));
        await pages.Working.WaitForAsync(order, "inProgress", "acknowledged");
        await using var desk = await Desk.OpenAsync(pages.Server);
        await desk.GoAsync("/console/work");
        var kind = desk.Page.Locator("#work-kinds tr", new() { HasText = "type w" });
        await kind.GetByText("no worker").WaitForAsync();
        await desk.Page.Locator("#work-items").GetByText(order).WaitForAsync();
        await desk.AssertAccessibleAsync();

        using var call = pages.Working.Work.StreamWork(cancellationToken: Cancel);
        await call.RequestStream.WriteAsync(new StreamWorkRequest { Start = new WorkerStart { Worker = "the robot", Capabilities = { new Capability { ServiceType = "type w" } } } }, Cancel);
        await call.RequestStream.WriteAsync(new StreamWorkRequest { Credit = new WorkerCredit { Items = 1 } }, Cancel);
        Assert.True(await call.ResponseStream.MoveNext(Cancel));

        // Without a reload, too.
        await desk.Page.Locator("#workers").GetByText("the robot").WaitForAsync();
        await kind.WaitForAsync(new() { State = Microsoft.Playwright.WaitForSelectorState.Detached });
        await desk.GoAsync("/console/work?state=leased");
        await desk.Page.Locator("#work-items").GetByText("the robot").WaitForAsync();
        await pages.Working.CompleteAsync(call.ResponseStream.Current.Assignment);
        desk.AssertQuiet();
    }

    [Fact]
    public async Task A_kind_of_work_shows_its_items()
    {
        var orders = new[] { await pages.Working.PlaceAsync(WorkingServer.Order("", "x")), await pages.Working.PlaceAsync(WorkingServer.Order("", "y")) };
        foreach (var order in orders)
            await pages.Working.WaitForAsync(order, "inProgress", "acknowledged");
        await using var desk = await Desk.OpenAsync(pages.Server, scripts: false);
        await desk.GoAsync("/console/work");

        await desk.Page.Locator("#work-kinds tr", new() { HasText = "type y" }).GetByRole(Microsoft.Playwright.AriaRole.Link).ClickAsync();

        await desk.Page.Locator("#work-items").GetByText(orders[1]).WaitForAsync();
        Assert.Equal(0, await desk.Page.Locator("#work-items").GetByText(orders[0]).CountAsync());
    }
}
