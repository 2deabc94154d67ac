using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Server.Tests.Fulfillment;
using ServiceOrdering.Server.Tests.Hub;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.WebConsole;

/// <summary>How the pages of work, inventory, events, webhooks and the system look, with something on them; and with what nobody should write on them.</summary>
public sealed class PagesLookTests : IAsyncLifetime
{
    private const string Hostile = """<script>window.hit=1</script><img src=x onerror="window.hit=2">'"&amp;""";

    private readonly PagesServer _pages = new();
    private readonly CancellationTokenSource _end = new();
    private Listener? _listener;
    private Dictionary<string, string> _paths = [];

    private FalloutServer Fallout => _pages.Fallout;

    public async ValueTask InitializeAsync() => _listener = await Listener.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _listener!.DisposeAsync();
        _pages.Dispose();
        _end.Dispose();
    }

    [Fact]
    public async Task Every_page_is_accessible_and_has_pictures_light_and_dark_wide_and_narrow()
    {
        await FillAsync(name: "Fiber 1000 of the Bakery", cause: "The OLT port GPON-07/3 does not answer.", customer: "CUST-6490");
        foreach (var (width, isDark) in new[] { (1280, false), (1280, true), (360, false), (360, true) })
        {
            await using var desk = await Desk.OpenAsync(_pages.Server, width, isDark);
            foreach (var (name, path) in _paths)
            {
                await desk.GoAsync(path);
                await desk.PictureAsync($"{name}-{width}{(isDark ? "-dark" : "")}");
                Assert.True(await desk.Page.EvaluateAsync<int>("document.documentElement.scrollWidth") <= width, $"{name} is wider than {width}.");
                if (width == 1280)
                    await desk.AssertAccessibleAsync();
            }
            desk.AssertQuiet();
        }
    }

    [Fact]
    public async Task What_somebody_has_written_into_any_text_is_text_on_every_page()
    {
        await FillAsync(Hostile, Hostile, Hostile);
        await using var desk = await Desk.OpenAsync(_pages.Server);
        foreach (var (name, path) in _paths)
        {
            await desk.GoAsync(path);
            Assert.Equal(0, await desk.Page.Locator("body script, img[src=x]").CountAsync());
            Assert.True(name is "system" or "webhooks" or "webhook" or "events" || (await desk.Page.Locator("main").InnerTextAsync()).Contains("<script>", StringComparison.Ordinal), $"{name} does not show the text.");
        }
        Assert.Null(await desk.Page.EvaluateAsync<int?>("window.hit ?? null"));
        desk.AssertQuiet();
    }

    /// <summary>Puts something on every page.</summary>
    private async Task FillAsync(string name, string cause, string customer)
    {
        var server = _pages.Server;
        string Json(string text) => System.Text.Json.JsonSerializer.Serialize(text);
        string Order(string id) =>
            $$$"""
            {"externalId":{{{Json($"BSS-2026-{id} {(name == Hostile ? name : "")}")}}},"description":{{{Json(name)}}},"category":{{{Json(name == Hostile ? name : "broadband")}}},"priority":"1",
             "relatedParty":[{"id":{{{Json(customer)}}},"name":{{{Json(name)}}},"role":"customer","@type":"RelatedParty","@referredType":"Individual"}],"note":[{"author":{{{Json(name)}}},"text":{{{Json(name)}}}}],
             "serviceOrderItem":[{"id":"1","action":"add","service":{"name":{{{Json(name)}}},"serviceType":{{{Json(name == Hostile ? name : "GponAccess")}}},"serviceSpecification":{"id":"gpon-access","name":{{{Json(name)}}}},
             "serviceCharacteristic":[{"name":{{{Json(name)}}},"value":{{{Json(cause)}}}},{"name":"downstreamMbps","value":1000}]}}]}
            """;
        await server.SubscribeAsync(_listener!, "eventType=ServiceOrderCreateEvent");
        _listener!.Answers(503);
        for (var i = 0; i < 4; i++)
        {
            await Fallout.Working.PlaceAsync(Order($"00041{i}"));
            var assignment = await Fallout.Working.TakeAsync();
            await Fallout.Working.ReportAsync(assignment, report => report.Failure = new Failure { ErrorMessages = { new ServiceOrderItemErrorMessage { Code = name == Hostile ? name : "OLT-17", Reason = cause, Message = cause } } });
        }
        var items = await Fallout.ListAsync();
        await Fallout.Fallout.AssignFalloutItemAsync(new AssignFalloutItemRequest { Id = items[1].Id, Assignee = name == Hostile ? name : "Grace", Actor = name == Hostile ? name : "Ada", Note = cause }, cancellationToken: Cancel);
        await Fallout.RetryAsync(items[2], note: cause);
        var made = await Fallout.Fallout.CompleteFalloutItemAsync(new CompleteFalloutItemRequest { Id = items[3].Id, Note = cause, Completion = new Completion() }, cancellationToken: Cancel);
        await Fallout.Working.PlaceAsync(Order("000420"));
        var service = (string)(await server.GetAsync($"{RunningServer.ServicePath}?serviceOrderItem.serviceOrderId={made.FalloutItem.ServiceOrderId}")).Json[0]!["id"]!;
        var reference = new[] { service, "port-gpon-07-3" };
        var internet = name == Hostile ? service : await _pages.CreateServiceAsync("residential-internet-6490", reference);
        if (name != Hostile)
        {
            await _pages.CreateServiceAsync("voice-6490", service);
            await _pages.CreateServiceAsync("tv-6490", service, internet);
        }
        // A worker that takes something else, and what waits.
        var call = Fallout.Working.Work.StreamWork(cancellationToken: _end.Token);
        await call.RequestStream.WriteAsync(new StreamWorkRequest { Start = new WorkerStart { Worker = name == Hostile ? name : "ont-activator-2", Capabilities = { new Capability { ServiceType = name == Hostile ? name[1..] : "OntActivation" } } } }, Cancel);
        await call.RequestStream.WriteAsync(new StreamWorkRequest { Credit = new WorkerCredit { Items = 8 } }, Cancel);
        while ((await Fallout.Working.Work.ListWorkersAsync(new ListWorkersRequest(), cancellationToken: Cancel)).Workers.Count == 0)
            await Task.Yield();
        var subscription = (await server.Subscriptions().ListEventSubscriptionsAsync(new ServiceOrdering.Events.V1.ListEventSubscriptionsRequest(), cancellationToken: Cancel)).EventSubscriptions[0].Id;
        await server.WaitForAsync(subscription, delivery => delivery.FailedAttempts > 0);
        var position = server.Query<long>("select min(position) from event_log where resource_id = @id", new { id = made.FalloutItem.ServiceOrderId })[0];
        _paths = new()
        {
            ["work"] = "/console/work",
            ["fallout"] = "/console/fallout?state=any",
            ["fallout-item"] = $"/console/fallout/{items[1].Id}",
            ["services"] = "/console/services",
            ["service"] = $"/console/services/{service}",
            ["events"] = "/console/events",
            ["event"] = $"/console/events/{position}",
            ["webhooks"] = "/console/webhooks",
            ["webhook"] = $"/console/webhooks/{subscription}",
            ["system"] = "/console/system",
        };
    }
}
