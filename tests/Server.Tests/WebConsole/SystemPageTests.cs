using System.Net;
using ServiceOrdering.Server.Tests.Security;
using ServiceOrdering.Server.WebConsole.Installation;

namespace ServiceOrdering.Server.Tests.WebConsole;

/// <summary>The page of the system.</summary>
public sealed class SystemPageTests
{
    [Fact]
    public async Task Configuration_in_effect_is_shown_and_no_secret_of_it_wherever_it_is()
    {
        using var server = new RunningServer(
            ("Events:Retention", "7.00:00:00"), ("Catalog:Url", "http://user:planted-1@127.0.0.1:9/specs?token=planted-2"), ("Kestrel:Certificates:Other:Password", "planted-3"),
            ("Console:OpenIdConnect:ClientId", "console"), ("Console:OpenIdConnect:Authority", "https://login.example"), ("Console:OpenIdConnect:ClientSecret", "planted-4"), ("SOMEBODY_ELSES", "planted-5"));
        await server.PlaceOrderAsync();
        await using var desk = await Desk.OpenAsync(server);
        await desk.GoAsync("/console/system");

        Assert.Contains("7.00:00:00", await desk.Page.GetByLabel("What is set").Locator("tr", new() { HasText = "Events:Retention" }).TextContentAsync());
        Assert.Contains("00:00:30", await desk.Page.Locator("#defaults tr", new() { HasText = "Events:CheckpointInterval" }).TextContentAsync());
        await desk.Page.GetByText("http://••••••@127.0.0.1:9/specs?••••••").WaitForAsync();
        Assert.DoesNotContain("planted", await desk.Page.ContentAsync());
        await desk.Page.Locator("#system-health").GetByText("healthy", new() { Exact = true }).WaitForAsync();
        await desk.Page.Locator("#system-log").GetByText("7 d 0 h").WaitForAsync();
        await desk.Page.Locator("#system-database").GetByText("_").First.WaitForAsync();
        await desk.AssertAccessibleAsync();
        desk.AssertQuiet();
    }

    [Theory]
    [InlineData("Storage:ConnectionString", "Host=db;Username=orders;Password=hidden;Application Name=x", "host=db;username=orders;password=••••••;application name=x")]
    [InlineData("Storage:ListenConnectionString", "hidden", "••••••")]
    [InlineData("Storage:ConnectionString", "Data Source=orders.db", "data source=orders.db")]
    [InlineData("Console:OpenIdConnect:ClientSecret", "hidden", "••••••")]
    [InlineData("Some:Tokens:0", "hidden", "••••••")]
    [InlineData("Security:ApiKeys:Enabled", "true", "true")]
    [InlineData("Secrets:KeyDirectory", "/keys", "/keys")]
    [InlineData("Catalog:Url", "https://specs.example/v1", "https://specs.example/v1")]
    public void A_value_is_shown_as_far_as_it_is_no_secret(string key, string value, string shown) => Assert.Equal(shown, Settings.Masked(key, value));

    [Fact]
    public async Task Pages_are_for_those_whose_scopes_allow_them_and_no_others_are_offered()
    {
        using var issuer = new TokenIssuer();
        using var server = new RunningServer(issuer.Settings);
        using var reader = server.HttpAs(issuer.Issue("reader", scope: "service-inventory:service:read"));
        using var administrator = server.HttpAs(issuer.Issue("root", roles: "administrator"));

        var page = await reader.GetStringAsync("/console/services", Cancel);

        Assert.Contains("/console/services\"", page);
        foreach (var path in new[] { "work", "fallout", "events", "webhooks", "system" })
        {
            Assert.DoesNotContain($"/console/{path}\"", page);
            Assert.Equal(HttpStatusCode.Forbidden, (await reader.GetAsync($"/console/{path}", Cancel)).StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await administrator.GetAsync($"/console/{path}", Cancel)).StatusCode);
        }
    }
}
