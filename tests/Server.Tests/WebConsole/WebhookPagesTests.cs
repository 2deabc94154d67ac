using Microsoft.Playwright;
using ServiceOrdering.Server.Tests.Hub;

namespace ServiceOrdering.Server.Tests.WebConsole;

/// <summary>Webhooks in the browser.</summary>
public sealed class WebhookPagesTests(PagesServer pages) : IClassFixture<PagesServer>
{
    [Fact]
    public async Task A_listener_that_fails_is_seen_and_takes_what_waits_when_it_is_resumed()
    {
        await using var listener = await Listener.StartAsync();
        listener.Answers(503);
        var id = await pages.Server.SubscribeAsync(listener, "eventType=ServiceOrderCreateEvent");
        await using var desk = await Desk.OpenAsync(pages.Server);
        await desk.GoAsync("/console/webhooks");
        await desk.Page.GetByRole(AriaRole.Link, new() { Name = listener.Callback }).WaitForAsync();
        await pages.Server.PlaceOrderAsync();
        await listener.WaitAsync(1);
        // Without a reload.
        await desk.Page.Locator("#subscriptions").GetByText("retrying").WaitForAsync();
        await desk.AssertAccessibleAsync();
        await desk.Page.GetByRole(AriaRole.Link, new() { Name = listener.Callback }).ClickAsync();
        await desk.Page.Locator("#webhook-attempts").GetByText("503").First.WaitForAsync();
        await desk.AssertAccessibleAsync();

        listener.Answers(204);
        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();

        await desk.Page.GetByText("The delivery goes on.").WaitForAsync();
        await desk.Page.Locator("#webhook-attempts").GetByText("204").First.WaitForAsync();
        await pages.Server.WaitForAsync(id, delivery => delivery.FailedAttempts == 0);
        await desk.Page.Locator("#webhook-heading").GetByText("active").WaitForAsync();
        desk.AssertQuiet();
    }

    [Fact]
    public async Task A_secret_is_rotated_and_shown_once_and_events_are_replayed_from_a_time_without_scripts()
    {
        await using var listener = await Listener.StartAsync();
        var id = await pages.Server.SubscribeAsync(listener, "eventType=ServiceOrderCreateEvent");
        var order = await pages.Server.PlaceOrderAsync();
        await listener.WaitAsync(1);
        await using var desk = await Desk.OpenAsync(pages.Server, scripts: false);
        await desk.GoAsync($"/console/webhooks/{id}");

        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Rotate the secret" }).ClickAsync();
        var secret = await desk.Page.Locator("#secret").TextContentAsync();
        Assert.StartsWith("whsec_", secret);
        await desk.GoAsync($"/console/webhooks/{id}");
        Assert.DoesNotContain(secret!, await desk.Page.ContentAsync());

        await desk.Page.GetByLabel("Since (UTC)").FillAsync(DateTime.UtcNow.AddHours(-1).ToString("yyyy-MM-ddTHH:mm:ss"));
        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Replay" }).ClickAsync();
        await desk.Page.GetByText("The events are sent again.").WaitForAsync();
        await pages.Server.WaitForAsync(id, delivery => delivery.Lag == 0);
        Assert.True(listener.Received.Count(delivery => delivery.Body.Contains(order, StringComparison.Ordinal)) >= 2);
        Assert.Contains("webhook-signature", listener.Received[^1].Headers.Keys);

        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await desk.Page.GetByText("The subscription is deleted.").WaitForAsync();
        Assert.Equal(404, (await desk.GoAsync($"/console/webhooks/{id}")).Status);
    }
}
