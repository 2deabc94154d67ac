using System.Net;
using System.Text.Json.Nodes;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ServiceOrdering.Transcoding;

namespace Transcoding.Tests;

/// <summary>The library on a real server, with a client of it.</summary>
public sealed class LibraryServer : IAsyncDisposable
{
    public const int MaxBody = 300_000;

    private readonly WebApplication _app;

    private LibraryServer(WebApplication app, LogEntries log)
    {
        _app = app;
        Log = log;
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(address) };
    }

    public HttpClient Client { get; }

    public LogEntries Log { get; }

    public static async Task<LibraryServer> StartAsync(Action<IServiceCollection>? configure = null, bool withTmfJson = true)
    {
        var log = new LogEntries();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(log);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1));
        builder.Services.AddGrpc(grpc =>
        {
            grpc.Interceptors.Add<TagInterceptor>("outer");
            grpc.Interceptors.Add<TagInterceptor>("inner");
        }).AddTmfJson(options =>
        {
            options.MaxRequestBodySize = MaxBody;
            options.Errors(
                "/library/v1/fail",
                (writer, error) =>
                {
                    writer.WriteStartObject();
                    writer.WriteString("code", error.Reason);
                    writer.WriteString("domain", error.Domain);
                    writer.WriteNumber("status", error.HttpStatus);
                    writer.WriteString("message", error.Message);
                    writer.WriteString("facts", string.Join(',', error.Metadata.Select(fact => $"{fact.Key}={fact.Value}")));
                    writer.WriteStartArray("errors");
                    foreach (var violation in error.Violations)
                    {
                        writer.WriteStringValue($"{violation.Place} {violation.Name} {violation.Reason}");
                    }

                    writer.WriteEndArray();
                    writer.WriteEndObject();
                },
                error => error.Reason == "BOOK_BAD" ? 422 : error.HttpStatus);
            options.Errors("/library", (writer, error) =>
            {
                writer.WriteStartObject();
                writer.WriteString("reason", error.Reason);
                writer.WriteString("message", error.Message);
                writer.WriteStartArray("errors");
                foreach (var violation in error.Violations)
                {
                    writer.WriteStringValue($"{violation.Place} {violation.Name} {violation.Reason}");
                }

                writer.WriteEndArray();
                writer.WriteEndObject();
            });
        });
        configure?.Invoke(builder.Services);
        var app = builder.Build();
        app.UseTmfJsonErrors();
        app.Use((context, next) => context.Request.Headers.TryGetValue("X-Fault", out var fault)
            ? throw new InvalidOperationException(fault.ToString())
            : next(context));
        var service = app.MapGrpcService<LibraryGrpcService>();
        if (withTmfJson)
            service.WithTmfJson();
        await app.StartAsync();
        return new LibraryServer(app, log);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }

    private sealed class TagInterceptor(string tag) : Interceptor
    {
        public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
            TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        {
            context.ResponseTrailers.Add("passed", tag);
            return await continuation(request, context);
        }
    }
}

/// <summary>What the server logged.</summary>
public sealed class LogEntries : ILoggerProvider, ILogger
{
    private readonly List<string> _entries = [];

    public IReadOnlyList<string> Errors
    {
        get
        {
            lock (_entries)
            {
                return [.. _entries];
            }
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            lock (_entries)
            {
                _entries.Add($"{formatter(state, exception)} {exception?.Message}");
            }
        }
    }

    public void Dispose()
    {
    }
}

/// <summary>One server for the tests of a class.</summary>
public sealed class LibraryFixture : IAsyncLifetime
{
    private LibraryServer? _server;

    public HttpClient Client => _server!.Client;

    public LogEntries Log => _server!.Log;

    public async ValueTask InitializeAsync() => _server = await LibraryServer.StartAsync();

    public ValueTask DisposeAsync() => _server!.DisposeAsync();
}

/// <summary>Short forms of requests and answers.</summary>
public static class Http
{
    public static StringContent Json(string json, string mediaType = "application/json") => new(json, System.Text.Encoding.UTF8, mediaType);

    public static async Task<JsonNode?> JsonAsync(this HttpResponseMessage response) =>
        JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

    public static Task<HttpResponseMessage> SendAsync(this HttpClient client, HttpMethod method, string path, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path) { Content = content };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public static async Task<string[]> ErrorsAsync(this HttpResponseMessage response) =>
        [.. (await response.JsonAsync())!["errors"]!.AsArray().Select(error => error!.GetValue<string>())];
}
