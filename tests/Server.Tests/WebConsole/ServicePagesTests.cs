using Microsoft.Playwright;
using ServiceOrdering.Server.Tests.Fulfillment;

namespace ServiceOrdering.Server.Tests.WebConsole;

/// <summary>The inventory in the browser.</summary>
public sealed class ServicePagesTests(PagesServer pages) : IClassFixture<PagesServer>
{
    [Fact]
    public async Task A_services_topology_is_a_graph_both_ways_that_leads_from_service_to_service()
    {
        var port = await pages.CreateServiceAsync("port");
        var line = await pages.CreateServiceAsync("line", port, "elsewhere-1");
        var access = await pages.CreateServiceAsync("internet", line);
        await using var desk = await Desk.OpenAsync(pages.Server);
        await desk.GoAsync($"/console/services/{line}");
        var graph = desk.Page.Locator("#topology");

        Assert.Equal(4, await graph.Locator(".node").CountAsync());
        Assert.Equal(3, await graph.Locator(".edge").CountAsync());
        Assert.Contains("line", await graph.Locator("a[aria-current]").TextContentAsync());
        await graph.Locator("a", new() { HasText = "internet" }).GetByText("active").WaitForAsync();
        // What is built on it is to its left, what it is built on to its right.
        Assert.True(await LeftAsync("internet") < await LeftAsync("line") && await LeftAsync("line") < await LeftAsync("port"));
        Assert.Equal(await LeftAsync("port"), await LeftAsync("elsewhere-1"));
        await desk.AssertAccessibleAsync();
        await graph.Locator("a", new() { HasText = "internet" }).ClickAsync();
        await desk.Page.GetByRole(AriaRole.Heading, new() { Name = "internet", Exact = true }).WaitForAsync();
        await desk.GoAsync($"/console/services/{access}?depth=1");
        // What the inventory does not have is a link away all the same.
        Assert.Equal(["internet", "line", "elsewhere-1"], await desk.Page.Locator("#topology .node title").AllTextContentsAsync());
        await desk.Page.GetByText("There is more than this").WaitForAsync();
        desk.AssertQuiet();

        async Task<double> LeftAsync(string name) => double.Parse((await graph.Locator(".node", new() { HasText = name }).First.Locator("rect").First.GetAttributeAsync("x"))!);
    }

    [Fact]
    public async Task A_service_names_the_order_that_made_it_and_is_copied_as_commands()
    {
        var order = await pages.Working.PlaceAsync(WorkingServer.Order("", "1"));
        await pages.Working.CompleteAsync(await pages.Working.TakeAsync());
        await pages.Working.WaitForAsync(order, "completed");
        await using var desk = await Desk.OpenAsync(pages.Server);
        await desk.GoAsync($"/console/services?order={order}");
        await desk.Page.Locator("#services-total").GetByText("1 service").WaitForAsync();
        await desk.Page.Locator("#services").GetByRole(AriaRole.Link, new() { Name = "service 1" }).ClickAsync();

        await desk.Page.Locator("#service-orders").GetByText(order).WaitForAsync();
        await desk.Page.Locator("#json summary").ClickAsync();
        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Copy as curl" }).ClickAsync();
        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Copied" }).WaitForAsync();
        Assert.Contains($"'{pages.Server.Http.BaseAddress!.GetLeftPart(UriPartial.Authority)}{RunningServer.ServicePath}/", await desk.Page.EvaluateAsync<string>("navigator.clipboard.readText()"));
        desk.AssertQuiet();
    }

    [Fact]
    public async Task Services_are_found_by_the_builder_by_the_grammar_and_page_by_page_without_scripts()
    {
        for (var i = 0; i < 51; i++)
            await pages.CreateServiceAsync($"paged {i:00}");
        await using var desk = await Desk.OpenAsync(pages.Server, scripts: false);
        await desk.GoAsync("/console/services");
        await desk.Page.GetByLabel("Specification").FillAsync("spec");
        await desk.Page.GetByLabel("In the query grammar").FillAsync("name=~^paged");
        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Filter" }).ClickAsync();
        await desk.Page.Locator("#services-total").GetByText("51 services").WaitForAsync();
        await desk.Page.GetByRole(AriaRole.Link, new() { Name = "Next" }).ClickAsync();
        await desk.Page.GetByText("51–51 of 51").WaitForAsync();
        await desk.Page.GetByRole(AriaRole.Link, new() { Name = "paged 00" }).WaitForAsync();
        await desk.GoAsync("/console/services?name=paged%2007,%20or%20so");
        await desk.Page.GetByText("There is none.").WaitForAsync();
        desk.AssertQuiet();
    }
}
