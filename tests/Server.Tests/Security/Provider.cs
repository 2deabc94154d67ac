using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ServiceOrdering.Server.Tests.Security;

/// <summary>A provider's discovery document and keys, which a test can change, take away, or keep from coming.</summary>
internal sealed class Provider : IAsyncDisposable
{
    private readonly WebApplication _application;
    private int _reads;

    private Provider(WebApplication application) => _application = application;

    public string Authority => _application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    /// <summary>The keys that it tells.</summary>
    public string Jwks { get; set; } = "";

    /// <summary>What is done before it answers.</summary>
    public Func<HttpContext, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>How often its keys were read.</summary>
    public int Reads => Volatile.Read(ref _reads);

    public (string Key, string Value)[] Settings =>
    [
        ("Security:Bearer:Authority", Authority),
        ("Security:Bearer:AllowHttp", "true"),
        ("Security:Bearer:Audience", TokenIssuer.Audience),
    ];

    public static async Task<Provider> StartAsync(string jwks)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var application = builder.Build();
        var provider = new Provider(application) { Jwks = jwks };
        application.MapGet("/.well-known/openid-configuration", async http =>
        {
            await provider.Before(http);
            if (!http.Response.HasStarted && http.Response.StatusCode == StatusCodes.Status200OK)
                await http.Response.WriteAsync(JsonSerializer.Serialize(new { issuer = TokenIssuer.Issuer, jwks_uri = provider.Authority + "/keys" }), http.RequestAborted);
        });
        application.MapGet("/keys", http =>
        {
            Interlocked.Increment(ref provider._reads);
            return http.Response.WriteAsync(provider.Jwks, http.RequestAborted);
        });
        await application.StartAsync(Cancel);
        return provider;
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();
}
