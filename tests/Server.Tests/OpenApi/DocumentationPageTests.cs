using System.Text.Json.Nodes;

namespace ServiceOrdering.Server.Tests.OpenApi;

/// <summary>The page with the documentation, in a real browser.</summary>
public sealed class DocumentationPageTests
{
    [Theory]
    [InlineData("")]
    [InlineData("/oda/orders")]
    public async Task It_sends_a_request_that_the_server_answers_and_asks_nobody_else(string pathBase)
    {
        var chromium = new[] { "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }.FirstOrDefault(File.Exists);
        Assert.SkipWhen(chromium is null, "Chromium is not installed: apt-get install chromium.");
        using var server = new RunningServer(("PathBase", pathBase));
        await server.PlaceOrderAsync(ExampleOrders.Fiber);
        var origin = server.Http.BaseAddress!.GetLeftPart(UriPartial.Authority);
        var screenshot = Path.Combine(AppContext.BaseDirectory, $"docs-page{pathBase.Replace('/', '-')}.png");

        var told = await Documents.RunNodeAsync("playwright-core", [], Path.Combine(Documents.Tools, "docs-page.mjs"), chromium, $"{origin}{pathBase}/docs", screenshot);

        var lines = told.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.StartsWith('{') ? JsonNode.Parse(line)! : new JsonObject { ["complaint"] = line }).ToList();
        Assert.Empty(lines.Where(line => line["complaint"] is not null || line["link"] is not null).Select(line => line.ToJsonString()));
        Assert.All(lines.Select(line => (string?)line["request"]).OfType<string>().Where(request => !request.StartsWith("data:", StringComparison.Ordinal)),
            request => Assert.StartsWith($"{origin}{pathBase}/", request));
        Assert.Contains(lines, line => (string?)line["request"] == $"{origin}{pathBase}{RunningServer.ServiceOrderPath}");
        Assert.Contains(lines, line => (int?)line["answered"] == 200);
        Assert.True(new FileInfo(screenshot).Length > 0);
    }

    [Fact]
    public async Task The_browser_is_told_to_ask_nobody_else()
    {
        using var server = new RunningServer();

        var first = (await server.GetAsync("/docs/")).Headers["Content-Security-Policy"];
        var second = (await server.GetAsync("/docs/")).Headers["Content-Security-Policy"];

        Assert.StartsWith("default-src 'none'; ", first);
        Assert.Contains("connect-src 'self'; ", first);
        Assert.Contains("frame-ancestors 'none'", first);
        Assert.DoesNotContain("http", first);
        Assert.DoesNotContain("script-src 'self' 'unsafe-inline'", first);
        // The word that lets the page's own script run is new each time.
        Assert.NotEqual(first, second);
    }
}
