using Microsoft.Playwright;
using ServiceOrdering.Server.Tests.Fulfillment;

namespace ServiceOrdering.Server.Tests.WebConsole;

/// <summary>The list of orders, the page of one, placing one: in a browser, with a worker.</summary>
public sealed class OrderPagesTests(ConsoleServer console) : IClassFixture<ConsoleServer>
{
    private RunningServer Server => console.Server;

    [Fact]
    public async Task The_fiber_order_is_placed_and_watched_to_its_end_without_a_reload()
    {
        await using var desk = await Desk.OpenAsync(Server);
        var page = desk.Page;
        await desk.GoAsync("/console/orders");
        await page.GetByRole(AriaRole.Link, new() { Name = "Place an order" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "fiber" }).ClickAsync();
        await desk.AssertAccessibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Place the order" }).ClickAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "BSS-2026-000417" }).WaitForAsync();
        await page.GetByText("live", new() { Exact = true }).WaitForAsync();
        await page.EvaluateAsync("document.body.dataset.mark = 'same'");

        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var work = console.WorkAsync(end.Token);
        await page.Locator("#head .state", new() { HasText = "completed" }).WaitForAsync();
        await page.Locator("#graph .node.good").Nth(2).WaitForAsync();
        Assert.Equal(3, await page.Locator("#graph .node.good").CountAsync());
        Assert.Equal("same", await page.EvaluateAsync<string>("document.body.dataset.mark"));
        await end.CancelAsync();
        await work;

        await desk.AssertAccessibleAsync();
        await desk.PictureAsync("fiber-1280-light");
        await page.GetByRole(AriaRole.Link, new() { Name = "Timeline" }).ClickAsync();
        await page.Locator("#timeline .span.busy").First.WaitForAsync();
        Assert.Contains("placed", await page.Locator("#events").InnerTextAsync());
        await desk.AssertAccessibleAsync();
        await desk.PictureAsync("fiber-timeline-1280-light");
        desk.AssertQuiet();
    }

    [Fact]
    public async Task What_is_wrong_with_an_order_is_told_by_its_places_and_the_text_stays()
    {
        await using var desk = await Desk.OpenAsync(Server, scripts: false);
        var page = desk.Page;
        await desk.GoAsync("/console/orders/new");
        await page.GetByLabel("The order as JSON").FillAsync("""{"priority":true,"serviceOrderItem":[{"id":"1","service":{}},{"id":"1","action":"add"}]}""");
        await page.GetByRole(AriaRole.Button, new() { Name = "Place the order" }).ClickAsync();
        Assert.Contains("/priority", await page.Locator("#problem").InnerTextAsync());
        Assert.Contains("\"priority\":true", await page.GetByLabel("The order as JSON").InputValueAsync());

        await page.GetByLabel("The order as JSON").FillAsync("""{"serviceOrderItem":[{"id":"1","service":{}},{"id":"1","action":"add"}]}""");
        await page.GetByRole(AriaRole.Button, new() { Name = "Place the order" }).ClickAsync();
        var problem = await page.Locator("#problem").InnerTextAsync();
        Assert.Contains("/serviceOrderItem/0/action", problem);
        Assert.Contains("/serviceOrderItem/1/id", problem);
        Assert.Contains("/serviceOrderItem/1/service", problem);
    }

    [Fact]
    public async Task Orders_are_found_by_what_is_filled_in_and_the_address_keeps_it()
    {
        var tag = Guid.NewGuid().ToString("N")[..12];
        var wanted = await console.Working.PlaceAsync($$"""{"externalId":"Find.{{tag}}","description":"a (new) line","category":"{{tag}} x","requestedCompletionDate":"2031-01-15T23:00:00Z",{{ExampleOrders.Minimal[1..]}}""");
        await console.Working.PlaceAsync($$"""{"externalId":"Findx{{tag}}","category":"{{tag}} x",{{ExampleOrders.Minimal[1..]}}""");
        await using var desk = await Desk.OpenAsync(Server);
        var page = desk.Page;
        await desk.GoAsync("/console/orders");
        await page.GetByText("Search", new() { Exact = true }).First.ClickAsync();
        await page.GetByLabel("External id or description has").FillAsync($"find.{tag[..4]}");
        await page.GetByLabel("Category").FillAsync($"{tag} x");
        await page.GetByLabel("Requested to").FillAsync("2031-01-15");
        await page.GetByRole(AriaRole.Button, new() { Name = "Search" }).ClickAsync();
        await page.Locator("#orders tbody tr").First.WaitForAsync();

        Assert.Equal(1, await page.Locator("#orders tbody tr").CountAsync());
        Assert.Contains(wanted, await page.Locator("#orders tbody tr a").First.GetAttributeAsync("href"));
        Assert.DoesNotContain("state=&", page.Url, StringComparison.Ordinal);
        Assert.Equal($"{tag} x", await page.GetByLabel("Category").InputValueAsync());

        await page.GetByLabel("The same as a query").FillAsync("state=lost&priority.gt=(");
        await page.GetByRole(AriaRole.Button, new() { Name = "Run" }).ClickAsync();
        Assert.Contains("acknowledged", await page.Locator("#problem").InnerTextAsync());
        Assert.Equal("state=lost&priority.gt=(", await page.GetByLabel("The same as a query").InputValueAsync());
        await desk.AssertAccessibleAsync();
        Assert.Empty(desk.Foreign);
    }

    [Fact]
    public async Task An_order_is_held_noted_resumed_and_cancelled_without_scripts()
    {
        var id = await console.Working.PlaceAsync(WorkingServer.Order("\"description\":\"by hand\"", "1", "2:1"));
        await console.Working.WaitForAsync(id, "inProgress");
        await using var desk = await Desk.OpenAsync(Server, scripts: false);
        var page = desk.Page;
        await desk.GoAsync($"/console/orders/{id}");

        await page.GetByRole(AriaRole.Button, new() { Name = "Hold" }).ClickAsync();
        Assert.Equal("The order is held.", await page.Locator(".notice").InnerTextAsync());
        Assert.Equal("held", await page.Locator("#head .state").First.InnerTextAsync());
        await page.GetByLabel("Add a note").FillAsync("Waits <b>for</b> the permit.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add" }).ClickAsync();
        Assert.Contains("Waits <b>for</b> the permit.", await page.Locator("#about").InnerTextAsync());
        await page.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        Assert.Equal("in progress", await page.Locator("#head .state").First.InnerTextAsync());
        await page.GetByLabel("Why").FillAsync("Changed their mind");
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel the order" }).ClickAsync();
        Assert.Contains("Changed their mind", await page.Locator("#about").InnerTextAsync());
        await console.Working.WaitForAsync(id, "cancelled");
        await page.ReloadAsync();
        Assert.Equal("cancelled", await page.Locator("#head .state").First.InnerTextAsync());
        Assert.Equal(0, await page.GetByRole(AriaRole.Button, new() { Name = "Hold" }).CountAsync());
        Assert.Equal(0, await page.GetByRole(AriaRole.Button, new() { Name = "Cancel the order" }).CountAsync());
    }

    [Fact]
    public async Task Who_acts_on_an_order_that_has_changed_is_told_and_changes_nothing()
    {
        var id = await console.Working.PlaceAsync(WorkingServer.Order("", "1"));
        await console.Working.WaitForAsync(id, "inProgress");
        await using var desk = await Desk.OpenAsync(Server, scripts: false);
        await desk.GoAsync($"/console/orders/{id}");
        await Server.SendAsync(HttpMethod.Patch, $"{RunningServer.ServiceOrderPath}/{id}", """{"description":"by somebody else"}""", ("Content-Type", "application/merge-patch+json"));

        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Hold" }).ClickAsync();

        await desk.Page.GetByRole(AriaRole.Heading, new() { Name = "It has changed" }).WaitForAsync();
        Assert.Equal("inProgress", (await console.Working.ReadAsync(id))["state"]!.GetValue<string>());
        await desk.Page.GetByRole(AriaRole.Link, new() { Name = "Back" }).ClickAsync();
        Assert.Contains("by somebody else", await desk.Page.Locator("#head").InnerTextAsync());
        await desk.Page.GetByLabel("Why").FillAsync("late");
    }
}
