using Microsoft.Playwright;
using ServiceOrdering.Server.Tests.Security;

namespace ServiceOrdering.Server.Tests.WebConsole;

/// <summary>Signing in at a provider that we have not written: the code flow with PKCE, without which it lets in no one.</summary>
public sealed class ProviderSignInTests
{
    [Fact]
    public async Task Somebody_signs_in_at_a_real_provider_and_sees_what_their_scopes_allow()
    {
        using var provider = await OpenIdProvider.StartOrSkipAsync();
        using var server = new RunningServer(
            ("Security:Bearer:Authority", provider.Address), ("Security:Bearer:AllowHttp", "true"), ("Security:Bearer:Audience", TokenIssuer.Audience),
            ("Console:OpenIdConnect:ClientId", "console"), ("Console:OpenIdConnect:Name", "the company"), ("Console:OpenIdConnect:Resource", $"urn:{TokenIssuer.Audience}"),
            ("Console:OpenIdConnect:Scopes:0", "service-ordering:service-order:read"));
        await using var desk = await Desk.OpenAsync(server);
        var page = desk.Page;
        // The provider's pages have fonts of others.
        await page.RouteAsync("https://**", route => route.AbortAsync());
        await desk.GoAsync("/console/orders?state=held");
        await page.GetByRole(AriaRole.Link, new() { Name = "Sign in with the company" }).ClickAsync();
        await page.GetByPlaceholder("Enter any login").FillAsync("kim");
        await page.GetByPlaceholder("and password").FillAsync("any");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign-in" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Continue" }).ClickAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "Orders" }).WaitForAsync();

        Assert.EndsWith("/console/orders?state=held", page.Url, StringComparison.Ordinal);
        Assert.Equal(1, await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).CountAsync());
        Assert.Equal(0, await page.GetByRole(AriaRole.Link, new() { Name = "Place an order" }).CountAsync());
        Assert.Equal(403, (await desk.GoAsync("/console/orders/new")).Status);
    }
}
