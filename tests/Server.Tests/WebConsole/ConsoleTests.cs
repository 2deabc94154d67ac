namespace ServiceOrdering.Server.Tests.WebConsole;

/// <summary>What holds for every page of the console.</summary>
public sealed class ConsoleTests
{
    [Fact]
    public async Task A_list_shows_a_new_order_without_a_reload()
    {
        using var server = new RunningServer();
        await using var desk = await Desk.OpenAsync(server);
        await desk.GoAsync("/console");
        await desk.Page.GetByText("live", new() { Exact = true }).WaitForAsync();

        var id = await server.PlaceOrderAsync();

        await desk.Page.Locator($"a[href*='{id}']").First.WaitForAsync();
        await desk.AssertAccessibleAsync();
        desk.AssertQuiet();
    }
}
