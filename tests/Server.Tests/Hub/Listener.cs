using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ServiceOrdering.Server.Tests.Hub;

/// <summary>One request to a listener.</summary>
public sealed record Delivery(string Path, string Body, IReadOnlyDictionary<string, string> Headers)
{
    public string EventId => Headers["webhook-id"];

    public JsonNode Json => JsonNode.Parse(Body)!;
}

/// <summary>Somebody who listens: a real HTTP server on a loopback address.</summary>
public sealed class Listener : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ConcurrentQueue<Delivery> _received = new();
    private readonly SemaphoreSlim _arrived = new(0);

    private Listener(WebApplication application) => _application = application;

    /// <summary>Answers a request. Default: 204.</summary>
    public Func<HttpContext, Delivery, Task> Answer { get; set; } = (http, _) =>
    {
        http.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    };

    public Uri Address => new(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    public string Callback => new Uri(Address, "/listener").ToString();

    /// <summary>Every request so far.</summary>
    public IReadOnlyList<Delivery> Received => [.. _received];

    public static async Task<Listener> StartAsync(string address = "127.0.0.1")
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Parse(address), 0));
        var listener = new Listener(builder.Build());
        listener._application.Run(listener.HandleAsync);
        await listener._application.StartAsync(TestContext.Current.CancellationToken);
        return listener;
    }

    public void Answers(int status) => Answer = (http, _) =>
    {
        http.Response.StatusCode = status;
        return Task.CompletedTask;
    };

    /// <summary>Waits for requests that were not waited for yet.</summary>
    public async Task<IReadOnlyList<Delivery>> WaitAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            Assert.True(await _arrived.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken),
                $"Of {count} deliveries that were waited for, {i} came; {_received.Count} in all.");
        }
        return Received;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _application.StopAsync(now.Token);
        await _application.DisposeAsync();
        _arrived.Dispose();
    }

    private async Task HandleAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var headers = http.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        var delivery = new Delivery(http.Request.Path, await reader.ReadToEndAsync(http.RequestAborted), headers);
        _received.Enqueue(delivery);
        _arrived.Release();
        await Answer(http, delivery);
    }
}
