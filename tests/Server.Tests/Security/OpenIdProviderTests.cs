using System.Net;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.Security;

/// <summary>A provider that we have not written: found by discovery, its tokens by client credentials, its keys changed while all run.</summary>
public sealed class OpenIdProviderTests
{
    private const string Read = "service-ordering:service-order:read";

    [Fact]
    public async Task Tokens_of_a_real_provider_let_in_before_and_after_it_changes_its_keys()
    {
        using var provider = await OpenIdProvider.StartOrSkipAsync();
        var time = new ControlledTime();
        time.MoveTo(DateTimeOffset.UtcNow);
        using var server = new RunningServer(
            time, ("Security:Bearer:Authority", provider.Address), ("Security:Bearer:AllowHttp", "true"), ("Security:Bearer:Audience", TokenIssuer.Audience));
        using var http = new HttpClient();

        var old = await provider.TokenAsync(http, Read);
        var writing = await provider.TokenAsync(http, "service-ordering:service-order:create");
        Assert.Equal(HttpStatusCode.OK, await GetAsync(server, old));
        Assert.Equal(0, (await server.ServiceOrders.ListServiceOrdersAsync(new ListServiceOrdersRequest(), TokenIssuer.Bearer(old), cancellationToken: Cancel)).TotalCount);
        Assert.Equal(HttpStatusCode.Forbidden, await GetAsync(server, writing));
        Assert.Equal(HttpStatusCode.Created, (await server.PostOrderAsync(ExampleOrders.Minimal, ("Authorization", $"Bearer {writing}"))).Status);

        await provider.DoAsync("rotate");
        time.Move(TimeSpan.FromSeconds(11));
        var current = await provider.TokenAsync(http, Read);
        Assert.NotEqual(KeyOf(old), KeyOf(current));
        Assert.Equal(HttpStatusCode.OK, await GetAsync(server, current));
        Assert.Equal(HttpStatusCode.OK, await GetAsync(server, old));

        // A key that the provider has withdrawn is not trusted for longer than until its keys are read again.
        await provider.DoAsync("forget");
        time.Move(TimeSpan.FromMinutes(5));
        while (await GetAsync(server, old) == HttpStatusCode.OK)
            await Task.Yield();
        Assert.Equal(HttpStatusCode.OK, await GetAsync(server, current));
    }

    private static string KeyOf(string token) => new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(token).Kid;

    private static async Task<HttpStatusCode> GetAsync(RunningServer server, string token) =>
        (await server.GetAsync(RunningServer.ServiceOrderPath, ("Authorization", $"Bearer {token}"))).Status;
}
