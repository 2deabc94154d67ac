using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace ServiceOrdering.Server.Tests.Events;

/// <summary>What browsers make of the stream.</summary>
public sealed class EventSourceTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_EventSource_in_Chromium_receives_is_cut_off_and_resumes_without_a_gap()
    {
        var tools = Path.GetFullPath(Path.Combine(Here(), "..", "..", "tools"));
        var chromium = new[] { "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }.FirstOrDefault(File.Exists);
        Assert.SkipWhen(chromium is null, "Chromium is not installed: apt-get install chromium.");
        Assert.SkipUnless(Directory.Exists(Path.Combine(tools, "node_modules", "playwright-core")), "tests/tools is not installed: run npm ci there.");
        using var server = new RunningServer();
        using var proxy = new CuttingProxy(server.Http.BaseAddress!.ToString());
        using var browser = StartNode(Path.Combine(tools, "eventsource.mjs"), chromium, new Uri(proxy.Address, "/events/v1/watch").ToString());
        Assert.SkipWhen(browser is null, "node is not installed.");

        await ReadUntilAsync(browser, line => line["open"] is not null);
        var placed = new List<string> { await server.PlaceOrderAsync() };
        var seen = new List<JsonNode> { await ReadUntilAsync(browser, line => line["order"] is not null) };
        proxy.Cut();
        await ReadUntilAsync(browser, line => line["error"] is not null);
        // While it is away, and when it is back.
        placed.Add(await server.PlaceOrderAsync());
        placed.Add(await server.PlaceOrderAsync());
        seen.Add(await ReadUntilAsync(browser, line => line["order"] is not null));
        placed.Add(await server.PlaceOrderAsync());
        while (seen.Count < placed.Count)
            seen.Add(await ReadUntilAsync(browser, line => line["order"] is not null));
        browser.StandardInput.Close();
        await browser.WaitForExitAsync(Cancellation);

        Assert.Equal(placed, seen.Select(line => (string)line["order"]!));
        Assert.Equal(placed.Count, seen.Select(line => (string)line["id"]!).Distinct().Count());
    }

    private static async Task<JsonNode> ReadUntilAsync(Process browser, Func<JsonNode, bool> isWanted)
    {
        while (await browser.StandardOutput.ReadLineAsync(Cancellation) is { } text)
        {
            if (JsonNode.Parse(text) is { } line && isWanted(line))
                return line;
        }
        throw new InvalidOperationException($"The browser ended: {await browser.StandardError.ReadToEndAsync(Cancellation)}");
    }

    private static Process? StartNode(params string[] args)
    {
        try
        {
            return Process.Start(new ProcessStartInfo("node", args)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            });
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    private static string Here([CallerFilePath] string here = "") => Path.GetDirectoryName(here)!;
}
