using System.Net;
using Dapper;
using Npgsql;
using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.Storage;
using ServiceOrdering.Server.Storage.Postgres;
using ServiceOrdering.Server.Storage.Sqlite;
using ServiceOrdering.Server.Storage.Transfer;
using ServiceOrdering.Server.Tests.Admin;
using ServiceOrdering.Server.Tests.Events;
using ServiceOrdering.Server.Tests.Hub;
using ServiceOrdering.Server.Tests.ServiceInventory;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.Storage;

/// <summary>A database moves from SQLite to PostgreSQL, and nobody who uses it can tell.</summary>
public sealed class MigrateDataTests : IDisposable
{
    private const string Key = "Idempotency-Key";
    private static readonly (string, string) ReadOnly = ("Storage:ReadOnly", "true");

    private static readonly (string, string)[] Settings =
    [
        ("PublicBaseUrl", "http://orders.example.com"),
        ("Security:AllowAnonymous", "true"),
        ("Webhooks:AllowedNetworks:0", "127.0.0.0/8"),
        ("Events:Retention", "00:01:00"),
    ];

    private readonly TestDatabase _source;
    private readonly TestDatabase _target;

    public MigrateDataTests()
    {
        TestDatabase.NeedPostgres();
        _source = TestDatabase.OfSqlite();
        _target = new TestDatabase(isEmpty: true);
    }

    public void Dispose()
    {
        _source.Dispose();
        _target.Dispose();
    }

    [Fact]
    public async Task Clients_go_on_with_what_they_have_and_get_the_same_answers()
    {
        await using var listener = await Listener.StartAsync();
        List<string> paths;
        List<(HttpStatusCode, string, string?)> answers;
        List<string> seen;
        RestAnswer created;
        string resumeToken;
        using (var server = new RunningServer(_source, Settings))
            created = await FillAsync(server, listener);
        using (var server = new RunningServer(_source, [.. Settings, ReadOnly]))
        {
            paths = await PathsAsync(server);
            answers = await AskAsync(server, paths);
            resumeToken = server.Token(6);
            seen = await WatchAsync(server, resumeToken, 6);
        }
        var delivered = listener.Received.Select(delivery => delivery.EventId).ToList();

        var (exitCode, output, error) = await MigrateAsync();

        Assert.True(exitCode == 0, error);
        Assert.Contains("service_relation", output);
        Assert.DoesNotContain("is not", output);
        using (var server = new RunningServer(_target, [.. Settings, ReadOnly]))
        {
            Assert.Equal(answers, await AskAsync(server, paths));
            Assert.Equal(seen, await WatchAsync(server, resumeToken, 6));
        }
        using (var server = new RunningServer(_target, Settings))
        {
            var replayed = await server.PostOrderAsync(ExampleOrders.Fiber, (Key, "a"));
            Assert.Equal((created.Body, "true"), (replayed.Body, replayed.Headers["Idempotent-Replayed"]));
            var changed = await server.SendAsync(HttpMethod.Patch, Local(created.Headers["Location"]), """{"description":"moved"}""", ("If-Match", created.Headers["ETag"]));
            Assert.Equal((HttpStatusCode.OK, "\"2\""), (changed.Status, changed.Headers["ETag"]));

            // What follows on the events that were delivered before, and nothing of those again.
            while (listener.Received.Count <= delivered.Count)
                await listener.WaitAsync(1);
            Assert.Equal(server.EventIds()[^1], listener.Received[delivered.Count].EventId);
            Assert.DoesNotContain(listener.Received[delivered.Count].EventId, delivered);
        }
    }

    [Fact]
    public async Task Server_that_only_reads_answers_while_its_file_is_copied()
    {
        string id;
        using (var server = new RunningServer(_source))
            id = await server.PlaceOrderAsync();
        using var reader = new RunningServer(_source, ReadOnly);

        Assert.Equal(0, (await MigrateAsync()).ExitCode);

        (await reader.GetAsync($"{RunningServer.ServiceOrderPath}/{id}")).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task File_that_a_server_writes_to_is_refused()
    {
        using var server = new RunningServer(_source);

        var (exitCode, _, error) = await MigrateAsync();

        Assert.Equal(1, exitCode);
        Assert.Contains("start it again with Storage:ReadOnly=true", Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
    }

    [Fact]
    public async Task Copy_that_was_killed_is_no_database_for_a_server_and_goes_on_where_it_was()
    {
        await PlaceAsync(50);
        await StopInTheMiddleAsync();
        await using (var hold = new NpgsqlConnection(_target.ConnectionString + ";Pooling=false"))
        {
            // The command copies what comes before that table, and waits there.
            await hold.OpenAsync(Cancel);
            await hold.ExecuteAsync("begin; lock table service_order in access exclusive mode");
            using var process = AdminProcess.Start("admin", "migrate-data", "--from", _source.ConnectionString, "--to", _target.ConnectionString, "--quiet");
            while (_target.Query<long>("select count(*) from migration_progress where table_name = 'event_log' and copied = source_rows")[0] == 0)
                Assert.False(process.HasExited, "The command ended before it was killed.");
            process.Kill();
            await process.WaitForExitAsync(Cancel);
        }

        var refusal = Assert.Throws<DatabaseUnusableException>(() => _target.Open());
        Assert.Contains("goes on where it was", refusal.Message);
        Assert.Throws<DatabaseUnusableException>(() => _target.Open(new() { ReadOnly = true }));

        var (exitCode, output, error) = await MigrateAsync();
        Assert.True(exitCode == 0, error);
        Assert.Contains("service_order", output);
        using var server = new RunningServer(_target);
        Assert.Equal(50, (await server.GetAsync($"{RunningServer.ServiceOrderPath}?limit=100")).Json.AsArray().Count);
    }

    [Fact]
    public async Task Copy_that_was_stopped_in_the_middle_of_a_table_copies_only_the_rest()
    {
        await PlaceAsync(30);
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => TransferAsync(new Tell(state =>
        {
            if (state is { Step: "Copying", Rows: >= 15 })
                stop.Cancel();
        }), stop.Token));
        var copied = _target.Query<long>("select sum(copied)::bigint from migration_progress")[0];
        Assert.InRange(copied, 1, 60);

        var rows = 0L;
        var comparisons = await TransferAsync(new Tell(state => rows = state.Step == "Copying" ? state.NewRows : rows), Cancel);

        Assert.All(comparisons, comparison => Assert.True(comparison.IsSame, comparison.ToString()));
        Assert.Equal(comparisons.Sum(comparison => comparison.Source.Rows) - copied, rows);
        Assert.Empty(_target.Query<string>("select table_name::text from information_schema.tables where table_name = 'migration_progress'"));
    }

    [Fact]
    public async Task Source_that_was_written_to_since_the_copy_began_is_refused()
    {
        await PlaceAsync(10);
        await StopInTheMiddleAsync();
        _source.Query<int>("update service_order set version = 7");

        var error = await Assert.ThrowsAsync<TransferException>(() => TransferAsync(new Tell(_ => { }), Cancel));

        Assert.Contains("has changed", error.Message);
    }

    [Fact]
    public async Task Row_that_changes_in_the_target_is_told()
    {
        await PlaceAsync(10);
        await StopInTheMiddleAsync();
        _target.Query<int>("update event_log set type = 'x' where position = 1");

        var (exitCode, output, error) = await MigrateAsync();

        Assert.Equal(1, exitCode);
        Assert.Matches(@"event_log +10 +10 +\w+ is not \w+", output);
        Assert.Contains("start over", error);
        Assert.Throws<DatabaseUnusableException>(() => _target.Open());
    }

    [Theory]
    [InlineData("create table other (id int)")]
    [InlineData("create view other as select 1")]
    public async Task Target_that_is_not_empty_is_refused_and_left_as_it_is(string sql)
    {
        await PlaceAsync(1);
        _target.Query<int>(sql);

        var (exitCode, _, error) = await MigrateAsync();

        Assert.Equal(1, exitCode);
        Assert.Equal(["other"], _target.Query<string>("select table_name::text from information_schema.tables where table_schema = 'public'"));
        Assert.Contains("is not empty", error);
    }

    [Fact]
    public async Task Rows_that_PostgreSQL_cannot_hold_are_all_told_before_anything_is_copied()
    {
        await PlaceAsync(3);
        var ids = _source.Query<string>("select id from service_order order by id");
        _source.Query<int>("update service_order set external_id = 'a' || char(0) || 'b' where id = @id", new { id = ids[0] });
        _source.Query<int>("update service_order set external_id = (select hex(randomblob(3000))) where id = @id", new { id = ids[1] });
        _source.Query<int>("""update service_order set body = '{"description":"\u0000"}' where id = @id""", new { id = ids[2] });
        _source.Query<int>("""update event_log set body = '{"description":"\\u0000"}'""");

        var (exitCode, _, error) = await MigrateAsync();

        Assert.Equal(1, exitCode);
        Assert.Contains($"service_order {ids[0]}: external_id has the character U+0000", error);
        Assert.Contains($"service_order {ids[1]}: index row", error);
        Assert.Contains($"service_order {ids[2]}: body has the character U+0000", error);
        Assert.Equal(0, _target.Query<long>("select count(*) from service_order")[0]);

        _source.Query<int>("""update service_order set external_id = 'mended', body = '{"description":"\\u0000"}'""");
        Assert.Equal(0, (await MigrateAsync()).ExitCode);
    }

    [Fact]
    public async Task Wrong_usage_is_told_all_at_once()
    {
        var (exitCode, _, error) = await AdminProcess.RunAsync("admin", "migrate-data", "--from", "Data Source=:memory:", "--to", "Host=127.0.0.1", "--fast");

        Assert.Equal(2, exitCode);
        Assert.Contains("--from must name a database file", error);
        Assert.Contains("--to must name a server and a database", error);
        Assert.Contains("'--fast'", error);
    }

    // A table that one of them gets is copied without a word, or listed here with the reason.
    [Fact]
    public async Task All_tables_of_both_databases_are_copied()
    {
        await PlaceAsync(1);
        _target.Dispose();
        using var target = new TestDatabase();
        using var source = new SqliteSource(_source.ConnectionString);

        var copied = source.Tables.SelectMany(table => table.Columns.Select(column => $"{table.Name}.{column.Name}")).Order(StringComparer.Ordinal);
        var columns = target.Query<string>("select table_name || '.' || column_name from information_schema.columns where table_schema = 'public'")
            .Where(column => !TransferTable.NotCopied.Contains(column.Split('.')[0]))
            // About the schema of the database that it stands in.
            .Except(["event_position.requires"]);

        Assert.Equal(columns.Order(StringComparer.Ordinal), copied);
        Assert.Equal(["database_identity", "event_position"], source.Tables.Where(table => table.Key.Count == 0).Select(table => table.Name));
        Assert.Equal(["lease", "schema_migration"], _source.Query<string>("select name from sqlite_schema where type = 'table' and name not like 'sqlite%'")
            .Except(source.Tables.Select(table => table.Name)).Order(StringComparer.Ordinal));
    }

    /// <summary>Orders and services in several states, changed and deleted ones, a subscription, and a log whose beginning is gone.</summary>
    private static async Task<RestAnswer> FillAsync(RunningServer server, Listener listener)
    {
        for (var i = 0; i < 6; i++)
            await server.PlaceOrderAsync();
        await server.ExecuteAsync("update event_log set time = '2020-01-01T00:00:00.000Z' where position <= 5");
        await server.Service<EventRetention>().TrimAsync(Cancel);

        await server.SubscribeAsync(listener, secret: "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=");
        var created = (await server.PostOrderAsync(ExampleOrders.Fiber, (Key, "a"))).Is(HttpStatusCode.Created);
        var path = Local((await server.PostOrderAsync(ExampleOrders.Fiber)).Headers["Location"]);
        (await server.SendAsync(HttpMethod.Patch, path, """{"description":"Ünïcode 🚀 \\u0000 \" quoted"}""")).Is(HttpStatusCode.OK);
        await server.SendAsync(HttpMethod.Delete, Local((await server.PostOrderAsync(ExampleOrders.Fiber)).Headers["Location"]));
        var supporting = await server.CreateServiceAsync(ExampleServices.With("\"name\":\"line\",\"relatedParty\":[{\"role\":\"customer\",\"partyOrPartyRole\":{\"id\":\"c-1\",\"@type\":\"PartyRef\"},\"@type\":\"RelatedPartyRefOrPartyRoleRef\"}]"));
        var service = await server.CreateServiceAsync(ExampleServices.With($$"""
            "name":"voice","serviceRelationship":[{"relationshipType":"reliesOn","service":{"id":"{{supporting["id"]}}","@type":"ServiceRef"},"@type":"ServiceRelationship"}]
            """));
        (await server.PatchServiceAsync(service, """{"state":"inactive"}""")).Is(HttpStatusCode.OK);
        var last = server.Query<string>("select id from event_log where type like 'ServiceOrder%' order by position desc limit 1")[0];
        while (listener.Received.All(delivery => delivery.EventId != last))
            await listener.WaitAsync(1);
        return created;
    }

    private static async Task<List<string>> PathsAsync(RunningServer server)
    {
        var page = await server.ServiceOrders.ListServiceOrdersAsync(new ListServiceOrdersRequest { Limit = 3 }, cancellationToken: Cancel);
        var orders = (await server.GetAsync($"{RunningServer.ServiceOrderPath}?limit=100")).Json.AsArray().Select(order => Local((string)order!["href"]!));
        var services = (await server.GetAsync(RunningServer.ServicePath)).Json.AsArray().Select(service => Local((string)service!["href"]!));
        return
        [
            .. orders, .. services,
            RunningServer.ServiceOrderPath, $"{RunningServer.ServiceOrderPath}?limit=3&pageToken={page.NextPageToken}",
            $"{RunningServer.ServiceOrderPath}?category=broadband&fields=id,description", $"{RunningServer.ServiceOrderPath}?state=acknowledged&sort=-description",
            RunningServer.ServicePath, $"{RunningServer.ServicePath}?relatedParty.partyOrPartyRole.id=c-1", $"{RunningServer.ServicePath}?name=voice",
            HubServer.Path,
        ];
    }

    private static async Task<List<(HttpStatusCode, string, string?)>> AskAsync(RunningServer server, List<string> paths)
    {
        var answers = new List<(HttpStatusCode, string, string?)>();
        foreach (var path in paths)
        {
            var answer = await server.GetAsync(path);
            answers.Add((answer.Status, answer.Body, answer.Headers.GetValueOrDefault("ETag")));
        }
        Assert.All(answers, answer => Assert.True(answer.Item1 is HttpStatusCode.OK or HttpStatusCode.PartialContent && answer.Item2.Length > 2, answer.ToString()));
        // A token from before what is kept: the answer names the oldest one.
        var gone = (await server.GetAsync("/events/v1/watch", ("Last-Event-ID", server.Token(2)))).IsError(HttpStatusCode.Gone, "63");
        answers.Add((gone.Status, gone.Body, null));
        return answers;
    }

    private static async Task<List<string>> WatchAsync(RunningServer server, string resumeToken, int count)
    {
        using var stream = await EventStreamReader.OpenAsync(server.Http, "/events/v1/watch", ("Last-Event-ID", resumeToken));
        var seen = new List<string>();
        while (seen.Count < count)
        {
            if (await stream.NextAsync() is { Data.Length: > 0 } next)
                seen.Add(next.ToString());
        }
        return seen;
    }

    private static string Local(string address) => new Uri(new Uri("http://orders.example.com"), address).PathAndQuery;

    private async Task PlaceAsync(int count)
    {
        using var server = new RunningServer(_source);
        for (var i = 0; i < count; i++)
            await server.PlaceOrderAsync();
    }

    private async Task StopInTheMiddleAsync()
    {
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => TransferAsync(new Tell(state =>
        {
            if (state is { Step: "Copying", Rows: >= 10 })
                stop.Cancel();
        }), stop.Token));
    }

    private async Task<IReadOnlyList<TableComparison>> TransferAsync(IProgress<TransferState> progress, CancellationToken cancellationToken)
    {
        using var source = new SqliteSource(_source.ConnectionString);
        await using var target = new PostgresTarget(_target.ConnectionString);
        return await new DataTransfer(source, target, progress) { Page = new TransferPage(Rows: 4, Bytes: 1 << 20) }.RunAsync(cancellationToken);
    }

    private Task<(int ExitCode, string Output, string Error)> MigrateAsync() =>
        AdminProcess.RunAsync("admin", "migrate-data", "--from", _source.File, "--to", _target.ConnectionString, "--quiet");

    private sealed class Tell(Action<TransferState> told) : IProgress<TransferState>
    {
        public void Report(TransferState value) => told(value);
    }
}
