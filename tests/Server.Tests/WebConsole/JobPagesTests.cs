using Microsoft.Playwright;

namespace ServiceOrdering.Server.Tests.WebConsole;

/// <summary>What is done to all orders that a list is of: looked at first, followed to its end.</summary>
public sealed class JobPagesTests(ConsoleServer console) : IClassFixture<ConsoleServer>
{
    [Fact]
    public async Task A_cancellation_of_500_orders_is_counted_first_shows_its_progress_and_ends()
    {
        var tag = Guid.NewGuid().ToString("N");
        await Parallel.ForEachAsync(Enumerable.Range(0, 500), Cancel, async (_, _) => await console.Working.PlaceAsync($$"""{"category":"{{tag}}",{{ExampleOrders.Minimal[1..]}}"""));
        await using var desk = await Desk.OpenAsync(console.Server);
        var page = desk.Page;
        await desk.GoAsync($"/console/orders?category={tag}");
        Assert.Contains("1–25 of 500", await page.Locator("#orders").InnerTextAsync());
        await page.GetByRole(AriaRole.Link, new() { Name = "Next" }).ClickAsync();
        await page.GetByText("26–50 of 500").WaitForAsync();
        await page.GetByLabel("With all that the list is of").SelectOptionAsync("cancel");
        await page.GetByRole(AriaRole.Button, new() { Name = "Go on" }).ClickAsync();
        Assert.Equal("500", await page.Locator("#total").InnerTextAsync());
        await desk.AssertAccessibleAsync();
        await page.GetByLabel("Why").FillAsync("<script>alert(1)</script>");
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel 500 orders" }).ClickAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "Cancel orders" }).WaitForAsync();
        await desk.AssertAccessibleAsync();

        // What it says at first, and at the end, without a reload.
        var first = await page.Locator("#job strong").First.InnerTextAsync();
        await page.Locator("#job .state", new() { HasText = "completed" }).WaitForAsync();
        Assert.Equal("500", await page.Locator("#job strong").First.InnerTextAsync());
        Assert.NotEqual("500", first);
        Assert.Contains("<script>alert(1)</script>", await page.Locator("#job").InnerTextAsync());
        await desk.PictureAsync("job-1280-light");
        await desk.GoAsync("/console/jobs");
        Assert.Contains("500/500", await page.Locator("#jobs").InnerTextAsync());
        await desk.AssertAccessibleAsync();
        desk.AssertQuiet();
    }

    [Fact]
    public async Task A_job_is_cancelled_and_what_it_has_done_stays_done()
    {
        var tag = Guid.NewGuid().ToString("N");
        await Parallel.ForEachAsync(Enumerable.Range(0, 60), Cancel, async (_, _) => await console.Working.PlaceAsync($$"""{"category":"{{tag}}",{{ExampleOrders.Minimal[1..]}}"""));
        await using var desk = await Desk.OpenAsync(console.Server, scripts: false);
        var page = desk.Page;
        await desk.GoAsync($"/console/jobs/new?operation=hold&filter=category={tag}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Hold 60 orders" }).ClickAsync();
        var cancel = page.GetByRole(AriaRole.Button, new() { Name = "Cancel the job" });
        if (await cancel.CountAsync() > 0)
            await cancel.ClickAsync();
        await page.ReloadAsync();
        Assert.Contains(await page.Locator("#job .state").InnerTextAsync(), new[] { "cancelled", "completed" });
    }

    [Fact]
    public async Task An_operation_that_is_none_is_refused_with_those_that_there_are()
    {
        var answer = await console.Server.GetAsync("/console/jobs/new?operation=burn");
        Assert.Equal(400, (int)answer.Status);
        Assert.Contains("allowed: hold, resume, cancel", answer.Body);
    }
}
