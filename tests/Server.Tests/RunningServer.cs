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

/// <summary>The real program on real ports, with a database of its own that goes with it.</summary>
public sealed class RunningServer : IDisposable
{
    public const string ServiceOrderPath = "/tmf-api/serviceOrdering/v4/serviceOrder";

    public const string ServicePath = "/tmf-api/serviceInventory/v5/service";

    private readonly bool _ownsDatabase;
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

    /// <summary>A server on a database that outlives it.</summary>
    public RunningServer(TestDatabase database, params (string Key, string Value)[] settings)
        : this(database, _ => { }, settings)
    {
    }

    /// <param name="services">Puts a test's own clock or name resolution in place of the real one.</param>
    /// <param name="settings">Configuration.</param>
    public RunningServer(Action<IServiceCollection> services, params (string Key, string Value)[] settings)
        : this(new TestDatabase(), services, settings) => _ownsDatabase = true;

    public RunningServer(TestDatabase database, Action<IServiceCollection> services, params (string Key, string Value)[] settings)
    {
        Database = database;
        _application = new WebApplicationFactory<Program>().WithWebHostBuilder(host =>
        {
            host.UseSetting("Kestrel:Endpoints:Rest:Url", "http://127.0.0.1:0");
            host.UseSetting("Kestrel:Endpoints:Grpc:Url", "http://127.0.0.1:0");
            host.UseSetting("Logging:LogLevel:Default", "Warning");
            // Orders stay as a test has made them, unless it says otherwise.
            host.UseSetting("Checking:Mode", "Manual");
            // Nobody asks for it, unless a test does.
            host.UseSetting("Telemetry:Prometheus", "off");
            foreach (var (key, value) in database.Settings.Concat(settings))
                host.UseSetting(key, value);
            host.ConfigureTestServices(services);
        });
        _application.UseKestrel();
        _application.StartServer();

        var endpoints = _application.Services.GetRequiredService<ListeningEndpoints>();
        Http = new HttpClient { BaseAddress = new Uri(endpoints.AddressOf("Rest")!) };
        GrpcAddress = endpoints.AddressOf("Grpc")!;
        // A write is sent as the test says it, once.
        Client = ServiceOrderingClient.Connect(GrpcAddress, new ServiceOrderingClientOptions { RepeatCreations = false });
    }

    public HttpClient Http { get; }

    /// <summary>A client whose requests have a token.</summary>
    public HttpClient HttpAs(string token) => new() { BaseAddress = Http.BaseAddress, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };

    public string GrpcAddress { get; }

    public ServiceOrderingClient Client { get; }

    public ServiceOrderService.ServiceOrderServiceClient ServiceOrders => Client.ServiceOrders;

    public EventService.EventServiceClient Events => Client.Events;

    public TestDatabase Database { get; }

    public T Service<T>() where T : notnull => _application.Services.GetRequiredService<T>();

    /// <summary>What a statement finds in the database.</summary>
    internal List<T> Query<T>(string sql, object? parameters = null) =>
        Service<Server.Storage.Database>().ReadAsync(session => session.ListAsync<T>(sql, parameters)).AsTask().GetAwaiter().GetResult();

    /// <summary>Changes the database behind the server's back.</summary>
    internal Task<int> ExecuteAsync(string sql, object? parameters = null) =>
        Service<Server.Storage.Database>().WriteAsync(Caller.Server, write => write.Session.ExecuteAsync(sql, parameters), Cancel);

    /// <summary>How the database finds a page, each step in a line.</summary>
    internal List<string> Explain<T>(ResourceQuery query)
        where T : class, Google.Protobuf.IMessage<T>, new() => Service<Server.Storage.Database>().ScanAsync(
            async session =>
            {
                var (sql, parameters) = Service<ResourceTable<T>>().Page(session.Dialect, query);
                if (!TestDatabase.IsPostgres)
                    return (await session.ListAsync<(long Id, long Parent, long Unused, string Detail)>("explain query plan " + sql, parameters)).ConvertAll(step => step.Detail);
                // A table of a test is so small that to read all of it is the best plan.
                foreach (var way in new[] { "seqscan", "bitmapscan" })
                    await session.SendAsync($"set local enable_{way} = off");
                return await session.ListAsync<string>("explain (costs off) " + sql, parameters);
            },
            CancellationToken.None).AsTask().GetAwaiter().GetResult();

    /// <summary>Holds a plan to be a search by an index, and not by all of its rows.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="table">The table.</param>
    /// <param name="sqlite">The index and what is looked for in it, as SQLite puts it.</param>
    /// <param name="postgres">The index's name in PostgreSQL; null for the same.</param>
    public static void AssertSearches(List<string> plan, string table, string sqlite, string? postgres = null)
    {
        if (TestDatabase.IsPostgres)
        {
            var index = postgres ?? sqlite.Split(' ')[0];
            Assert.Contains(plan, step => step.Contains($"using {index} ", StringComparison.Ordinal));
            Assert.DoesNotContain(plan, step => step.Contains("Seq Scan", StringComparison.Ordinal));
            return;
        }
        Assert.Contains(plan, step => step.StartsWith($"SEARCH {table}", StringComparison.Ordinal) && step.EndsWith(sqlite, StringComparison.Ordinal));
        Assert.DoesNotContain(plan, step => step.StartsWith($"SCAN {table}", StringComparison.Ordinal));
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
        if (_ownsDatabase)
            Database.Dispose();
    }
}
