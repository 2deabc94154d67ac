using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using ServiceOrdering.Client;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests;

/// <summary>The real program on real ports, with a database file of its own that goes with it.</summary>
public sealed class RunningServer : IDisposable
{
    public const string ServiceOrderPath = "/tmf-api/serviceOrdering/v4/serviceOrder";

    public const string ServicePath = "/tmf-api/serviceInventory/v5/service";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("service-ordering-");
    private readonly WebApplicationFactory<Program> _application;

    public RunningServer(params (string Key, string Value)[] settings)
        : this(_ => { }, settings)
    {
    }

    /// <summary>A server whose clock is the test's.</summary>
    public RunningServer(TimeProvider time, params (string Key, string Value)[] settings)
        : this(services => services.AddSingleton(time), settings)
    {
    }

    /// <param name="services">Puts a test's own clock or name resolution in place of the real one.</param>
    /// <param name="settings">Configuration.</param>
    public RunningServer(Action<IServiceCollection> services, params (string Key, string Value)[] settings)
    {
        _application = new WebApplicationFactory<Program>().WithWebHostBuilder(host =>
        {
            host.UseSetting("Kestrel:Endpoints:Rest:Url", "http://127.0.0.1:0");
            host.UseSetting("Kestrel:Endpoints:Grpc:Url", "http://127.0.0.1:0");
            host.UseSetting("Storage:ConnectionString", $"Data Source={DatabaseFile}");
            host.UseSetting("Logging:LogLevel:Default", "Warning");
            foreach (var (key, value) in settings)
                host.UseSetting(key, value);
            host.ConfigureTestServices(services);
        });
        _application.UseKestrel();
        _application.StartServer();

        var endpoints = _application.Services.GetRequiredService<ListeningEndpoints>();
        Http = new HttpClient { BaseAddress = new Uri(endpoints.AddressOf("Rest")!) };
        GrpcAddress = endpoints.AddressOf("Grpc")!;
        Client = ServiceOrderingClient.Connect(GrpcAddress);
    }

    public HttpClient Http { get; }

    public string GrpcAddress { get; }

    public ServiceOrderingClient Client { get; }

    public ServiceOrderService.ServiceOrderServiceClient ServiceOrders => Client.ServiceOrders;

    public EventService.EventServiceClient Events => Client.Events;

    public string DatabaseFile => Path.Combine(_folder.FullName, "test.db");

    public T Service<T>() where T : notnull => _application.Services.GetRequiredService<T>();

    /// <summary>What a statement finds in the database.</summary>
    internal List<T> Query<T>(string sql, object? parameters = null) =>
        Service<Database>().ReadAsync(session => session.ListAsync<T>(sql, parameters)).AsTask().GetAwaiter().GetResult();

    /// <summary>Changes the database behind the server's back.</summary>
    internal Task<int> ExecuteAsync(string sql, object? parameters = null) =>
        Service<Database>().WriteAsync(Caller.Server, write => write.Session.ExecuteAsync(sql, parameters), Cancel);

    /// <summary>How the database finds a page.</summary>
    internal List<string> Explain<T>(ResourceQuery query)
        where T : class, Google.Protobuf.IMessage<T>, new()
    {
        var (sql, parameters) = Service<ResourceTable<T>>().Page(ServiceOrdering.Query.SqliteDialect.Instance, query);
        return Service<Database>().ReadAsync(session => session.ListAsync<(long Id, long Parent, long Unused, string Detail)>("explain query plan " + sql, parameters))
            .AsTask().GetAwaiter().GetResult().ConvertAll(step => step.Detail);
    }

    public async Task<RestAnswer> SendAsync(HttpMethod method, string path, string? json = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null)
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(json)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        foreach (var (name, value) in headers)
        {
            if (request.Headers.TryAddWithoutValidation(name, value))
                continue;
            request.Content!.Headers.Remove(name);
            request.Content.Headers.TryAddWithoutValidation(name, value);
        }
        using var response = await Http.SendAsync(request, Cancel);
        return await RestAnswer.ReadAsync(response);
    }

    public Task<RestAnswer> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, null, headers);

    public Task<RestAnswer> PostOrderAsync(string json, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, ServiceOrderPath, json, headers);

    /// <summary>Places the smallest order and gives its id.</summary>
    public async Task<string> PlaceOrderAsync(string json = ExampleOrders.Minimal) => (await PostOrderAsync(json)).Json["id"]!.GetValue<string>();

    public void Dispose()
    {
        Client.Dispose();
        Http.Dispose();
        _application.Dispose();
        _folder.Delete(recursive: true);
    }
}
