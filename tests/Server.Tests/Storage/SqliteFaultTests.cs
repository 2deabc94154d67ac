using System.Net;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ServiceOrdering.Client;
using ServiceOrdering.Server.Storage;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.Storage;

/// <summary>What the disk does to a file of SQLite is UNAVAILABLE, told once to the log, and shown by readiness while it lasts.</summary>
public sealed class SqliteFaultTests : IDisposable
{
    private readonly LogLines _lines = new();
    private readonly RunningServer _server;
    private FileStream? _file;

    public SqliteFaultTests()
    {
        TestDatabase.NeedSqlite();
        _server = new RunningServer(services => services.AddSingleton<ILoggerProvider>(_lines), ("Storage:Patience", "00:00:01"));
    }

    public void Dispose()
    {
        _server.Dispose();
        // A process loses its locks on a file with any of the descriptors that it closes.
        _file?.Dispose();
    }

    [Fact]
    public async Task Full_disk_at_any_step_of_a_write_is_told_to_callers_once_to_the_log_and_by_readiness()
    {
        var order = $$"""{"description":"{{new string('x', 20_000)}}",{{ExampleOrders.Minimal[1..]}}""";
        var placed = new List<string> { await _server.PlaceOrderAsync(order) };
        await LimitAsync(_server.Query<long>("pragma page_count").Single());
        var refused = 0;
        for (var room = 1; room <= 8; room++)
        {
            for (var answer = await _server.PostOrderAsync(order); ; answer = await _server.PostOrderAsync(order))
            {
                if (answer.Status != HttpStatusCode.Created)
                {
                    answer.IsError(HttpStatusCode.ServiceUnavailable, "5");
                    Assert.Contains("disk of the database is full", answer.Json["message"]!.GetValue<string>());
                    Assert.False(answer.Headers.ContainsKey("Retry-After"));
                    refused++;
                    break;
                }
                placed.Add(answer.Json["id"]!.GetValue<string>());
            }
            await AssertReadyAsync(HttpStatusCode.ServiceUnavailable);
            await LimitAsync(_server.Query<long>("pragma page_count").Single() + room);
        }

        Assert.Equal(8, refused);
        Assert.Equal(placed.Order(StringComparer.Ordinal), _server.Query<string>("select id from service_order order by id"));
        await LimitAsync(1_000_000);
        await AssertReadyAsync(HttpStatusCode.OK);
        placed.Add(await _server.PlaceOrderAsync(order));
        Assert.Single(Told("fails"));
        Assert.Single(Told("works again"));
        Assert.Equal(2, _lines.All.Count);
        Assert.Equal(["ok"], _server.Query<string>("pragma integrity_check"));
        Assert.Empty(_server.Query<string>("select key from request_id"));
    }

    [Fact]
    public async Task Lock_of_another_program_is_waited_for_and_then_told_with_when_to_try_again()
    {
        var id = await _server.PlaceOrderAsync();
        using (var other = _server.Database.Connect())
        {
            other.Open();
            await other.ExecuteAsync("begin immediate");

            var error = await Assert.ThrowsAsync<ServiceOrderingException>(async () => await _server.ServiceOrders.DeleteServiceOrderAsync(
                new DeleteServiceOrderRequest { Id = id }, cancellationToken: Cancel));
            var answer = await _server.PostOrderAsync(ExampleOrders.Minimal);

            Assert.Equal(Grpc.Core.StatusCode.Unavailable, error.StatusCode);
            answer.IsError(HttpStatusCode.ServiceUnavailable, "5");
            Assert.Contains("try again", answer.Json["message"]!.GetValue<string>());
            Assert.Equal("1", answer.Headers["Retry-After"]);
            Assert.Equal(HttpStatusCode.OK, (await _server.GetAsync($"{RunningServer.ServiceOrderPath}/{id}")).Status);
            await AssertReadyAsync(HttpStatusCode.ServiceUnavailable);
        }

        await AssertReadyAsync(HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.Created, (await _server.PostOrderAsync(ExampleOrders.Minimal)).Status);
        Assert.Single(Told("fails"));
    }

    [Fact]
    public async Task File_that_has_lost_its_end_is_told_as_damaged_until_somebody_has_restored_it()
    {
        var ids = new List<string>();
        for (var i = 0; i < 50; i++)
            ids.Add(await _server.PlaceOrderAsync($$"""{"description":"{{new string('x', 20_000)}}",{{ExampleOrders.Minimal[1..]}}"""));
        using (var other = _server.Database.Connect())
            Assert.Equal(0, other.QueryFirst<(long Busy, long Log, long Moved)>("pragma wal_checkpoint(truncate)").Busy);
        _file = new FileStream(_server.Database.File, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        _file.SetLength(20 * 8192);

        var answers = new List<RestAnswer>();
        foreach (var id in ids)
            answers.Add(await _server.GetAsync($"{RunningServer.ServiceOrderPath}/{id}"));
        var list = await _server.GetAsync(RunningServer.ServiceOrderPath);

        var failed = answers.FindAll(answer => answer.Status != HttpStatusCode.OK);
        Assert.NotEmpty(failed);
        foreach (var answer in failed.Append(list))
        {
            answer.IsError(HttpStatusCode.ServiceUnavailable, "5");
            Assert.Contains("of no use until its operator", answer.Json["message"]!.GetValue<string>());
            Assert.False(answer.Headers.ContainsKey("Retry-After"));
        }
        await AssertReadyAsync(HttpStatusCode.ServiceUnavailable);
        await AssertReadyAsync(HttpStatusCode.ServiceUnavailable);
        Assert.InRange(Told("fails").Count, 1, 2);
        Assert.Empty(Told("works again"));
    }

    [Fact]
    public async Task No_connection_maps_the_file_into_memory()
    {
        await _server.PlaceOrderAsync();
        var database = _server.Service<Server.Storage.Database>();

        Assert.Equal(0, await database.ReadAsync(session => session.FindAsync<long>("pragma mmap_size")));
        Assert.Equal(0, await database.ScanAsync(session => session.FindAsync<long>("pragma mmap_size"), Cancel));
        Assert.Equal(0, await database.WriteAsync(Caller.Server, write => write.Session.FindAsync<long>("pragma mmap_size"), Cancel));
    }

    private List<string> Told(string what) => [.. _lines.All.Where(line => line.StartsWith("The database ", StringComparison.Ordinal) && line.Contains(what, StringComparison.Ordinal))];

    private Task<int> LimitAsync(long pages) => _server.ExecuteAsync($"pragma max_page_count = {pages}");

    private async Task AssertReadyAsync(HttpStatusCode status) => Assert.Equal(status, (await _server.GetAsync("/health/ready")).Status);
}
