using System.Net;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ServiceOrdering.Server.Tests.Hub;

namespace ServiceOrdering.Server.Tests.Storage;

/// <summary>What happens to PostgreSQL is UNAVAILABLE, told once to the log, and shown by readiness while it lasts.</summary>
public sealed class PostgresFaultTests : IDisposable
{
    private readonly LogLines _lines = new();
    private readonly TestDatabase _database;
    private readonly CuttingProxy _proxy;
    private readonly RunningServer _server;

    public PostgresFaultTests()
    {
        TestDatabase.NeedPostgres();
        _database = new TestDatabase();
        _proxy = new CuttingProxy(TestDatabase.Server.Host, TestDatabase.Server.Port);
        _server = new RunningServer(
            _database, services => services.AddSingleton<ILoggerProvider>(_lines),
            ("Storage:Patience", "00:00:01"), _database.At("127.0.0.1", _proxy.Port));
    }

    public void Dispose()
    {
        _server.Dispose();
        _proxy.Dispose();
        _database.Dispose();
    }

    [Theory]
    [InlineData("53100", "disk of the database is full", true)]
    [InlineData("58030", "disk of the database fails", true)]
    [InlineData("25006", "can only be read", true)]
    [InlineData("53200", "try again in a moment", true)]
    [InlineData("XX001", "database is damaged", false)]
    [InlineData("XX002", "database is damaged", false)]
    public async Task Fault_is_told_to_callers_once_to_the_log_and_by_readiness(string state, string told, bool ends)
    {
        var passes = told.StartsWith("try again", StringComparison.Ordinal);
        await _server.PlaceOrderAsync();
        using var somebody = _database.Connect();
        await somebody.ExecuteAsync(
            $"""
            create function fail() returns trigger language plpgsql as $$ begin raise exception using errcode = '{state}', message = 'injected'; end $$;
            create trigger fail before insert on service_order execute function fail();
            create trigger fail before insert on request_id execute function fail();
            """);

        for (var i = 0; i < 3; i++)
        {
            var answer = await _server.PostOrderAsync(ExampleOrders.Minimal);
            answer.IsError(HttpStatusCode.ServiceUnavailable, "5");
            Assert.Contains(told, answer.Json["message"]!.GetValue<string>());
            Assert.Equal(passes, answer.Headers.ContainsKey("Retry-After"));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await _server.GetAsync("/health/ready")).Status);
        }
        await somebody.ExecuteAsync("drop function fail() cascade");

        Assert.Equal(ends ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable, (await _server.GetAsync("/health/ready")).Status);
        Assert.Equal(HttpStatusCode.Created, (await _server.PostOrderAsync(ExampleOrders.Minimal)).Status);
        Assert.Equal([2L], _server.Query<long>("select count(*) from service_order"));
        Assert.Single(_lines.All, line => line.Contains(" fails: ", StringComparison.Ordinal));
        Assert.Equal(ends ? 1 : 0, _lines.All.Count(line => line.Contains("works again", StringComparison.Ordinal)));
        // That a server could not renew its leases meanwhile is another thing to say, and said where the time for it came.
        var lines = _lines.All.Where(line => !line.StartsWith("Leases", StringComparison.Ordinal)).ToList();
        Assert.True(lines.Count == (ends ? 2 : 1), string.Join('\n', lines));
    }

    [Fact]
    public async Task Database_that_is_away_is_a_few_lines_without_a_stack_trace_however_much_is_to_be_delivered()
    {
        await using var listener = await Listener.StartAsync();
        await _server.SendAsync(HttpMethod.Post, HubServer.Path, $$"""{"callback":"{{listener.Callback}}"}""");
        using var watch = await Events.EventStreamReader.OpenAsync(_server.Http, "/events/v1/watch");
        await _server.PlaceOrderAsync();
        await listener.WaitAsync(1);

        _proxy.Dispose();
        for (var i = 0; i < 5; i++)
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await _server.PostOrderAsync(ExampleOrders.Minimal)).Status);
        Assert.True(SpinWait.SpinUntil(() => _lines.All.Any(line => line.Contains("is to be delivered", StringComparison.Ordinal)), TimeSpan.FromSeconds(30)));

        Assert.InRange(_lines.All.Count, 1, 20);
        Assert.DoesNotContain(_lines.All, line => line.Contains("   at ", StringComparison.Ordinal));
        Assert.Single(_lines.All, line => line.Contains(" fails: ", StringComparison.Ordinal));
    }
}
