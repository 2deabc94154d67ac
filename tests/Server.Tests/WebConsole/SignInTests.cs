using Microsoft.Playwright;
using ServiceOrdering.Security.V1;
using ServiceOrdering.Server.Security.ApiKeys;
using ServiceOrdering.Server.Storage;
using ServiceOrdering.Server.Tests.Security;

namespace ServiceOrdering.Server.Tests.WebConsole;

/// <summary>Who is let in to the console, and what they are shown there.</summary>
public sealed class SignInTests : IDisposable
{
    private readonly ControlledTime _time = new();
    private readonly RunningServer _server;

    public SignInTests()
    {
        _time.MoveTo(DateTimeOffset.UtcNow);
        _server = new RunningServer(_time, ("Security:ApiKeys:Enabled", "true"));
    }

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Without_credentials_every_page_is_the_one_to_sign_in_on_and_a_key_lets_in_until_it_is_signed_out()
    {
        var (_, key) = await KeyAsync("desk", "order-desk");
        await using var desk = await Desk.OpenAsync(_server);
        var page = desk.Page;
        Assert.Equal(401, (await desk.GoAsync("/console/orders?state=held")).Status);
        await desk.AssertAccessibleAsync();
        await desk.PictureAsync("sign-in-1280-light");

        await SignInAsync(page, "sok_wrong");
        await page.GetByRole(AriaRole.Alert).WaitForAsync();
        Assert.DoesNotContain(await page.Context.CookiesAsync(), cookie => cookie.Name == "service-ordering-console");
        await SignInAsync(page, key);
        await page.GetByRole(AriaRole.Heading, new() { Name = "Orders" }).WaitForAsync();
        Assert.EndsWith("/console/orders?state=held", page.Url, StringComparison.Ordinal);
        Assert.Equal("desk", await page.Locator(".who").InnerTextAsync());
        await page.GetByText("live", new() { Exact = true }).WaitForAsync();
        Assert.Equal(1, await page.GetByRole(AriaRole.Link, new() { Name = "Place an order" }).CountAsync());

        var cookies = (await page.Context.CookiesAsync()).ToDictionary(cookie => cookie.Name);
        Assert.Equal(["service-ordering-console", "service-ordering-form"], cookies.Keys.Order(StringComparer.Ordinal));
        Assert.All(cookies.Values, cookie => Assert.Equal((true, "/console"), (cookie.HttpOnly, cookie.Path)));
        Assert.Equal((SameSiteAttribute.Lax, SameSiteAttribute.Strict), (cookies["service-ordering-console"].SameSite, cookies["service-ordering-form"].SameSite));
        Assert.DoesNotContain(key, cookies["service-ordering-console"].Value, StringComparison.Ordinal);
        // The APIs know nothing of it.
        Assert.Equal(401, (await page.APIRequest.GetAsync(RunningServer.ServiceOrderPath)).Status);

        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await page.GetByText("You are signed out.").WaitForAsync();
        Assert.Equal(401, (await desk.GoAsync("/console/orders")).Status);
    }

    [Fact]
    public async Task A_key_that_is_revoked_ends_the_session()
    {
        var (id, key) = await KeyAsync("desk", "reader");
        await using var desk = await Desk.OpenAsync(_server, scripts: false);
        await desk.GoAsync("/console");
        await SignInAsync(desk.Page, key);
        Assert.Equal(200, (await desk.GoAsync("/console/orders")).Status);

        await _server.Service<ApiKeyStore>().RevokeAsync(Caller.Server, id, Cancel);
        // A server trusts what it has read of a key for three seconds.
        _time.Move(TimeSpan.FromSeconds(4));

        Assert.Equal(401, (await desk.GoAsync("/console/orders")).Status);
    }

    [Fact]
    public async Task What_the_scopes_do_not_allow_is_not_offered_and_is_refused_when_it_is_sent_all_the_same()
    {
        var (_, key) = await KeyAsync("looker", "reader");
        var (_, other) = await KeyAsync("events", scopes: "service-ordering:events:read");
        var (_, administrator) = await KeyAsync("root", "administrator");
        var id = (await _server.PostOrderAsync(ExampleOrders.Minimal, ("X-API-Key", administrator))).Json["id"]!.GetValue<string>();
        await using var desk = await Desk.OpenAsync(_server, scripts: false);
        var page = desk.Page;
        await desk.GoAsync($"/console/orders/{id}");
        await SignInAsync(page, key);
        await page.GetByText("acknowledged").First.WaitForAsync();
        Assert.Equal(["Sign out"], await page.GetByRole(AriaRole.Button).And(page.Locator("button:not([type=button])")).AllInnerTextsAsync());
        await desk.GoAsync("/console/orders");
        Assert.Equal(0, await page.GetByRole(AriaRole.Link, new() { Name = "Place an order" }).CountAsync());
        Assert.Equal(0, await page.GetByText("With all that the list is of").CountAsync());

        var token = await page.Locator("input[name=form-token]").First.GetAttributeAsync("value");
        foreach (var path in new[] { $"/console/orders/{id}/hold", $"/console/orders/{id}/cancel", $"/console/orders/{id}/note", "/console/orders/new", "/console/jobs" })
        {
            var form = page.APIRequest.CreateFormData();
            foreach (var (name, value) in new[] { ("form-token", token!), ("etag", "*"), ("text", "x"), ("order", ExampleOrders.Minimal), ("operation", "hold"), ("filter", "*") })
                form.Set(name, value);
            var answer = await page.APIRequest.PostAsync(path, new() { Form = form });
            Assert.True(answer.Status == 403, $"{path}: {answer.Status}");
            Assert.Contains("lacks the scope", await answer.TextAsync());
        }
        foreach (var path in new[] { "/console/orders/new", "/console/jobs/new?operation=hold" })
            Assert.Equal(403, (await desk.GoAsync(path)).Status);

        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await SignInAsync(page, other);
        Assert.Equal(403, (await desk.GoAsync("/console/orders")).Status);
        Assert.DoesNotContain("Orders", await page.Locator("header").InnerTextAsync());
    }

    [Fact]
    public async Task A_partner_sees_its_own_orders_and_their_counts()
    {
        var (_, administrator) = await KeyAsync("root", "administrator");
        var (_, partner) = await KeyAsync("alpha", "partner", party: "alpha");
        var own = (await _server.PostOrderAsync(PartyServer.Order("alpha"), ("X-API-Key", administrator))).Json["id"]!.GetValue<string>();
        var foreign = (await _server.PostOrderAsync(PartyServer.Order("beta"), ("X-API-Key", administrator))).Json["id"]!.GetValue<string>();
        await using var desk = await Desk.OpenAsync(_server);
        await desk.GoAsync("/console/orders");
        await SignInAsync(desk.Page, partner);
        await desk.Page.Locator($"a[href$='{own}']").WaitForAsync();

        Assert.Equal(1, await desk.Page.Locator("#orders tbody tr").CountAsync());
        Assert.StartsWith("1", await desk.Page.Locator("#glance a").First.InnerTextAsync(), StringComparison.Ordinal);
        Assert.Equal(404, (await desk.GoAsync($"/console/orders/{foreign}")).Status);
        Assert.Equal(404, (await desk.GoAsync($"/console/orders/{foreign}/timeline")).Status);
        await desk.GoAsync($"/console/orders/{own}/timeline");
        // Who has done it is not for the outside.
        Assert.DoesNotContain("root", await desk.Page.Locator("#events").InnerTextAsync());
    }

    [Theory]
    [InlineData("https://elsewhere.example/")]
    [InlineData("//elsewhere.example/console/")]
    [InlineData("/\\elsewhere.example")]
    [InlineData("/console/../elsewhere")]
    [InlineData("/consoles")]
    [InlineData("/tmf-api/")]
    public async Task What_somebody_is_sent_back_to_is_a_page_of_the_console(string address)
    {
        var (_, key) = await KeyAsync("desk", "reader");
        await using var desk = await Desk.OpenAsync(_server, scripts: false);
        await desk.GoAsync($"/console/sign-in?return={Uri.EscapeDataString(address)}");
        await SignInAsync(desk.Page, key);

        Assert.StartsWith(_server.Http.BaseAddress + "console/orders", desk.Page.Url, StringComparison.Ordinal);
        Assert.Empty(desk.Foreign);
    }

    private static async Task SignInAsync(IPage page, string key)
    {
        await page.GetByLabel("API key or token").FillAsync(key);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
    }

    private async Task<(string Id, string Text)> KeyAsync(string name, string? role = null, string? scopes = null, string? party = null)
    {
        var key = new ApiKey { Name = name, Party = party ?? "" };
        if (role is not null)
            key.Roles.Add(role);
        if (scopes is not null)
            key.Scopes.Add(scopes);
        var (created, text) = await _server.Service<ApiKeyStore>().CreateAsync(Caller.Server, key, Cancel);
        return (created.Id, text);
    }
}
