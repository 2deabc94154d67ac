using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace ServiceOrdering.Server.Tests.WebConsole;

/// <summary>Somebody who has the console of a server open, in a real browser. What the browser complains of, and whatever it asks of anybody else, is kept.</summary>
internal sealed class Desk : IAsyncDisposable
{
    private static readonly string? Chromium = new[] { "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }.FirstOrDefault(File.Exists);
    private static readonly Lazy<Task<IBrowser>> Browser = new(LaunchAsync);

    private readonly IBrowserContext _context;

    private Desk(IBrowserContext context, IPage page, string origin)
    {
        _context = context;
        Page = page;
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                Complaints.Add(message.Text);
        };
        page.PageError += (_, error) => Complaints.Add(error);
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(origin + "/", StringComparison.Ordinal))
                Foreign.Add(request.Url);
        };
    }

    public IPage Page { get; }

    /// <summary>What the browser has complained of: errors of scripts, what the policy forbids, what was not found.</summary>
    public ConcurrentBag<string> Complaints { get; } = [];

    /// <summary>What was asked of another origin.</summary>
    public ConcurrentBag<string> Foreign { get; } = [];

    /// <summary>Opens a browser, whose waits end after 15 seconds. The test is skipped where there is none.</summary>
    public static async Task<Desk> OpenAsync(RunningServer server, int width = 1280, bool dark = false, bool scripts = true)
    {
        Assert.SkipWhen(Chromium is null, "Chromium is not installed: apt-get install chromium.");
        var browser = await Browser.Value;
        var origin = server.Http.BaseAddress!.GetLeftPart(UriPartial.Authority);
        var context = await browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = origin,
            ViewportSize = new ViewportSize { Width = width, Height = 900 },
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            JavaScriptEnabled = scripts,
            Permissions = scripts ? ["clipboard-read", "clipboard-write"] : [],
            ReducedMotion = ReducedMotion.Reduce,
        });
        context.SetDefaultTimeout(15_000);
        return new Desk(context, await context.NewPageAsync(), origin);
    }

    /// <summary>Goes to a page: <c>/console/orders</c>.</summary>
    public async Task<IResponse> GoAsync(string path) => (await Page.GotoAsync(path))!;

    /// <summary>Takes a picture of the whole page, into <c>artifacts/screenshots</c>.</summary>
    public Task<byte[]> PictureAsync(string name) => Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Pictures(), name + ".png"), FullPage = true });

    /// <summary>Holds that the browser had nothing to complain of, and has asked nobody else.</summary>
    public void AssertQuiet()
    {
        Assert.Empty(Complaints);
        Assert.Empty(Foreign);
    }

    /// <summary>Holds that axe finds nothing on the page that somebody could not use.</summary>
    public async Task AssertAccessibleAsync()
    {
        var script = Path.Combine(ProjectFolder(), "tests", "tools", "node_modules", "axe-core", "axe.min.js");
        Assert.SkipUnless(File.Exists(script), "axe-core is not installed: npm ci --prefix tests/tools --ignore-scripts.");
        // The policy lets in no script but the console's; what the browser itself runs is not asked.
        await Page.EvaluateAsync(await File.ReadAllTextAsync(script, Cancel));
        var found = await Page.EvaluateAsync<string[]>(
            "async () => (await axe.run(document)).violations.flatMap(v => v.nodes.map(n => `${v.id}: ${v.help}: ${n.html.slice(0, 200)} ${n.failureSummary}`))");
        Assert.Empty(found);
    }

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();

    private static async Task<IBrowser> LaunchAsync()
    {
        var playwright = await Playwright.CreateAsync();
        return await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Chromium, Args = ["--no-sandbox", "--disable-gpu"] });
    }

    private static string Pictures() => Directory.CreateDirectory(Path.Combine(ProjectFolder(), "artifacts", "screenshots")).FullName;

    private static string ProjectFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ServiceOrdering.sln")))
                return folder.FullName;
        }
        throw new InvalidOperationException("The tests do not run within the project's folder.");
    }
}
