using System.Net;
using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;
using ServiceOrdering.Server.Tests.Fulfillment;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.WebConsole;

/// <summary>What somebody has written is shown as text, wherever it is shown; pages are as wide as a screen.</summary>
public sealed class SafetyTests(ConsoleServer console) : IClassFixture<ConsoleServer>
{
    private const string Script = "<script>document.title='owned'</script><img src=x onerror=alert(1)>\"'`";

    [Fact]
    public async Task An_order_with_a_script_in_every_text_shows_it_as_text_everywhere()
    {
        var json = Texts(ServiceOrder.Descriptor, 0);
        // What has a meaning to the server.
        json.Remove("state");
        json["orderRelationship"] = null;
        var inner = json["serviceOrderItem"]![0]!.AsObject();
        inner["action"] = "add";
        inner.Remove("state");
        inner.Remove("serviceOrderItemRelationship");
        inner.Remove("serviceOrderItem");
        inner["service"]!.AsObject().Remove("id");
        foreach (var reference in json.AsObject().ToList())
        {
            if (reference.Value is JsonArray { Count: > 0 } list && list[0] is JsonObject element && reference.Key != "serviceOrderItem")
                element.Remove("href");
        }
        var id = await console.Working.PlaceAsync(json.ToJsonString());
        await console.Working.WaitForAsync(id, "inProgress", "acknowledged", "rejected");
        await console.Server.SendAsync(HttpMethod.Patch, $"{RunningServer.ServiceOrderPath}/{id}", """{"priority":"2"}""", ("Content-Type", "application/merge-patch+json"));

        await using var desk = await Desk.OpenAsync(console.Server);
        foreach (var (path, part) in new[] { ("/console/orders", "#orders"), ($"/console/orders/{id}", "main"), ($"/console/orders/{id}/timeline", "main"), ($"/console/orders/{id}/json", "#json") })
        {
            await desk.GoAsync(path);
            Assert.Contains("<script>", await desk.Page.Locator(part).InnerTextAsync());
            Assert.EndsWith("· ServiceOrdering", await desk.Page.TitleAsync(), StringComparison.Ordinal);
            Assert.Equal(1, await desk.Page.Locator("script").CountAsync());
            Assert.Equal(0, await desk.Page.Locator("main img").CountAsync());
            await desk.AssertAccessibleAsync();
        }
        await desk.GoAsync($"/console/orders?text={Uri.EscapeDataString(Script)}");
        await desk.GoAsync($"/console/orders?filter={Uri.EscapeDataString("x" + Script)}");
        Assert.Equal(1, await desk.Page.Locator("script").CountAsync());
        Assert.Empty(desk.Foreign);
        Assert.DoesNotContain(desk.Complaints, complaint => !complaint.Contains("400", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_answer_tells_the_browser_to_run_nothing_else_and_no_page_has_styles_or_scripts_within()
    {
        var id = await console.Working.PlaceAsync(WorkingServer.Order("", "1", "2:1"));
        foreach (var path in new[] { $"/console/orders?filter=id%3D{id}", "/console/orders/new", $"/console/orders/{id}", $"/console/orders/{id}/timeline", $"/console/orders/{id}/json", "/console/jobs", "/console/jobs/new?operation=hold", "/console/nothing" })
        {
            var answer = await console.Server.GetAsync(path);
            Assert.Equal(path.EndsWith("nothing", StringComparison.Ordinal) ? HttpStatusCode.NotFound : HttpStatusCode.OK, answer.Status);
            Assert.Contains("default-src 'none'; script-src 'self'", answer.Headers["Content-Security-Policy"]);
            Assert.Equal("nosniff", answer.Headers["X-Content-Type-Options"]);
            Assert.DoesNotMatch(@"\sstyle=|<style|\son[a-z]+=|<script(?![^>]* src=)", answer.Body);
        }
    }

    [Fact]
    public async Task A_form_that_this_server_has_not_given_out_is_refused_and_nothing_is_done()
    {
        var id = await console.Working.PlaceAsync(WorkingServer.Order("", "1"));
        await console.Working.WaitForAsync(id, "inProgress");
        foreach (var path in new[] { $"/console/orders/{id}/hold", $"/console/orders/{id}/cancel", $"/console/orders/{id}/note", "/console/orders/new", "/console/jobs", "/console/sign-in", "/console/sign-out" })
        {
            using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["etag"] = "*", ["text"] = "x", ["order"] = ExampleOrders.Minimal, ["operation"] = "hold", ["filter"] = "*" });
            using var answer = await console.Server.Http.PostAsync(path, form, Cancel);
            Assert.True(answer.StatusCode == HttpStatusCode.Forbidden, $"{path}: {answer.StatusCode}");
            Assert.Contains("reload the page", await answer.Content.ReadAsStringAsync(Cancel));
        }
        Assert.Equal("inProgress", (await console.Working.ReadAsync(id))["state"]!.GetValue<string>());
        var unread = await console.Server.SendAsync(HttpMethod.Post, $"/console/orders/{id}/hold", "{}");
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, unread.Status);
    }

    [Fact]
    public async Task Pages_fit_a_telephone_in_light_and_dark_and_are_worked_by_keys()
    {
        var items = Enumerable.Range(1, 20).Select(i => i < 4 ? $"{i}" : $"{i}:{i / 3},{i - 3}").ToArray();
        var id = await console.Working.PlaceAsync(WorkingServer.Order("\"externalId\":\"BSS-0815\",\"description\":\"A line with television for a shop\",\"priority\":\"1\",\"requestedCompletionDate\":\"2030-01-15T12:00:00Z\"", items));
        await console.Working.WaitForAsync(id, "inProgress");
        var first = await console.Working.PollAsync(3);
        await console.Working.CompleteAsync(first[0]);
        await console.Working.ReportAsync(first[1], report => report.Renewal = new ServiceOrdering.Fulfillment.V1.Renewal { Percentage = 40 });
        foreach (var (what, customer, category) in new[] { ("Fiber 1G for a new residential customer", "Jean Pontus", "broadband"), ("SD-WAN for a chain of bakeries, 14 sites", "Bakers United", "enterprise"), ("Mobile access for a fleet of vans", "Northern Parcels", "mobile"), ("IP telephony for a school", "City of Arden", "voice"), ("Upgrade to 10G", "Arden Hospital", "broadband") })
            await console.Working.PlaceAsync(WorkingServer.Order($$"""
                "externalId":"BSS-2026-{{417 + what.Length}}","description":"{{what}}","category":"{{category}}","priority":"{{what.Length % 4}}","requestedCompletionDate":"{{(what.Length % 2 == 0 ? "2030-01-20" : "2026-03-02")}}T17:00:00Z","relatedParty":[{"id":"CUST-{{what.Length}}","name":"{{customer}}","role":"customer"}]
                """, "1", "2", "3:1,2"));
        (string Name, string Path)[] pages = [("orders", "/console/orders?state=inProgress"), ("order", $"/console/orders/{id}"), ("timeline", $"/console/orders/{id}/timeline"), ("json", $"/console/orders/{id}/json"), ("place", "/console/orders/new?example=fiber"), ("bulk", "/console/jobs/new?operation=hold"), ("jobs", "/console/jobs")];
        foreach (var (width, dark) in new[] { (1280, false), (1280, true), (360, false), (360, true) })
        {
            await using var desk = await Desk.OpenAsync(console.Server, width, dark);
            foreach (var (name, path) in pages)
            {
                await desk.GoAsync(path);
                Assert.Equal(width, await desk.Page.EvaluateAsync<int>("Math.max(document.documentElement.scrollWidth, innerWidth)"));
                await desk.AssertAccessibleAsync();
                await desk.PictureAsync($"{name}-{width}-{(dark ? "dark" : "light")}");
            }
            desk.AssertQuiet();
        }
        await using var keys = await Desk.OpenAsync(console.Server);
        await keys.GoAsync($"/console/orders/{id}");
        await keys.Page.Keyboard.PressAsync("Tab");
        Assert.Equal("Skip to the content", await keys.Page.EvaluateAsync<string>("document.activeElement.textContent"));
        await keys.Page.Keyboard.PressAsync("Enter");
        await keys.Page.Locator("#graph a.node").First.FocusAsync();
        await keys.Page.Keyboard.PressAsync("Enter");
        Assert.Matches("#item-[0-9]+$", keys.Page.Url);
    }

    /// <summary>A message with a script in every text that it has, one of each list.</summary>
    private static JsonObject Texts(MessageDescriptor message, int depth)
    {
        var json = new JsonObject();
        foreach (var field in message.Fields.InDeclarationOrder())
        {
            JsonNode? value = field.FieldType switch
            {
                FieldType.String => field.Name == "id" ? "1<script>" : Script,
                FieldType.Message when field.MessageType.FullName == "google.protobuf.Struct" => null,
                FieldType.Message when field.MessageType.FullName == "google.protobuf.Value" => Script,
                FieldType.Message when field.MessageType.FullName == "google.protobuf.Timestamp" => "2030-01-01T00:00:00.000Z",
                FieldType.Message when !field.IsMap && depth < 3 => Texts(field.MessageType, depth + 1),
                _ => null,
            };
            if (value is not null)
                json[field.JsonName] = field.IsRepeated ? new JsonArray(value) : value;
        }
        return json;
    }
}
