using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using ServiceOrdering.Server.Admin;
using ServiceOrdering.Server.Storage.Integrity;
using ServiceOrdering.Server.Storage.Postgres;
using ServiceOrdering.Server.Storage.Sqlite;
using ServiceOrdering.Server.Storage.Transfer;
using ServiceOrdering.Server.Tests.Storage;

namespace ServiceOrdering.Server.Tests.Admin;

/// <summary>What is wrong with a database is found, each thing by what is wrong with it.</summary>
public sealed class CheckTests : IDisposable
{
    private const string Working = "(select id from service_order where external_id = 'working')";

    private readonly TestDatabase _database = OldDatabase.OpenUpgraded();
    private readonly WebApplication _checks = Application.Describe([]).Build();

    public void Dispose()
    {
        ((IDisposable)_checks).Dispose();
        _database.Dispose();
    }

    [Theory]
    // Texts, and what is kept beside them.
    [InlineData("update service_order set body = '{\"id\":' where external_id = 'working'", "its text cannot be read as a serviceOrder")]
    [InlineData("update service_order set body = replace(body, '\"externalId\":\"working\"', '\"externalId\":7') where external_id = 'working'", "its text cannot be read as a serviceOrder")]
    [InlineData("update service_order set body = replace(body, id, '0') where external_id = 'working'", "its text is of '0'")]
    [InlineData("update service_order set state = 'completed' where external_id = 'dated'", "its column state has 'completed', and its text says 'acknowledged'")]
    [InlineData("update service_order set external_id = null where external_id = 'dated'", "its column external_id has nothing, and its text says 'dated'")]
    [InlineData("update service_order set version = 0 where external_id = 'dated'", "its version is 0")]
    [InlineData("update service set name = 'other' where name = 'line'", "its column name has 'other', and its text says 'line'")]
    [InlineData("update cancel_service_order set created = '2020-01-01T00:00:00.000Z'", "its column created has '2020-01-01T00:00:00.000Z'")]
    [InlineData("update fallout_item set cause_code = null", "its column cause_code has nothing, and its text says '42'")]
    [InlineData("update job set body = '[]'", "its text cannot be read as a job")]
    // Rows that follow from them.
    [InlineData("delete from service_order_value where path = 'relatedParty.id' and id = " + Working, "service_order_value: it lacks 'relatedParty.id = CUST-6490' of the service_order")]
    [InlineData("insert into service_order_value (path, value, id) values ('relatedParty.id', 'nobody', 'x')", "service_order_value: it has 'relatedParty.id = nobody' of the service_order x")]
    [InlineData("update service_value set value = 'upstream' where path = 'serviceCharacteristic.name'", "service_value: it lacks 'serviceCharacteristic.name = downstreamMbps'")]
    [InlineData("delete from service_relation where type = 'reliesOn'", "service_relation: it lacks 'reliesOn ")]
    [InlineData("insert into service_relation (service_id, target_id, type) select service_id, 'x', type from service_relation where type = 'reliesOn'", "service_relation: it has 'reliesOn x'")]
    [InlineData("delete from work where order_id = " + Working + " and item_id = '2'", "work: it lacks '2' of the service_order")]
    [InlineData("update work set item_id = '9' where order_id = " + Working + " and item_id = '2'", "work: it has '9' of the service_order")]
    [InlineData("update work set state = 'waiting' where order_id = " + Working + " and item_id = '2'", "'waiting', and by its order it is not to be worked now")]
    [InlineData("update work set state = 'blocked' where state = 'waiting'", "'blocked', and by its order it is ready to be worked")]
    [InlineData("update work set token = null where state = 'leased'", "is 'leased' to nobody")]
    // Counts.
    [InlineData("update resource_count set total = total + 1 where resource = 'serviceOrder' and state = 'acknowledged'", "it says 3 of serviceOrder in the state 'acknowledged', and there are 2")]
    [InlineData("delete from resource_count where resource = 'serviceOrderItem' and state = 'held'", "it says 0 of serviceOrderItem in the state 'held', and there are 1")]
    [InlineData("insert into resource_count (resource, state, total) values ('service', 'designed', 5)", "it says 5 of service in the state 'designed', and there are 0")]
    // The log.
    [InlineData("delete from event_log where position = 5", "position 5 is missing")]
    [InlineData("delete from event_log where position between 5 and 9", "positions 5 to 9 are missing")]
    [InlineData("delete from event_log where position = (select max(position) from event_log)", "event_position: the last position is")]
    [InlineData("update event_position set last = last + 1", "event_position: the last position is")]
    [InlineData("update event_log set body = '{}x' where position = 5", "at position 5 cannot be read")]
    [InlineData("update event_log set type = 'ServiceOrderSingEvent' where position = 5", "ServiceOrderSingEvent is no type of event that is known here")]
    [InlineData("update event_log set previous = '{' where position = 5", "has no JSON in its column previous")]
    [InlineData("delete from service where name = 'line'", "leaves out the text of the service")]
    [InlineData("update service set created_position = 2 where name = 'line'", "the log does not tell of its creation at position 2")]
    // Subscriptions, and what refers to what.
    [InlineData("update event_subscription set position = 1000000", "it stands at position 1000000, and the log ends at")]
    [InlineData("update event_subscription set callback = 'http://other.example' where api = 'serviceOrdering'", "its column callback has 'http://other.example'")]
    [InlineData("update event_subscription set sight = 'much' where api = 'serviceOrdering'", "it cannot be read: 'much' is no sight")]
    [InlineData("insert into job_place (job_id, date, target_id) values ('x', '', '')", "job_place: a row refers to the job x, which is not there")]
    [InlineData("insert into api_key_secret (api_key_id, hash) values ('x', '')", "api_key_secret: a row refers to the api_key x")]
    [InlineData("insert into service_order_suspension (order_id, items) values ('x', '{}')", "service_order_suspension: a row refers to the service_order x")]
    [InlineData("insert into service_order_dependency (order_id, on_order_id) values ('x', 'y'), ('x', 'z')", "service_order_dependency: 2 rows refer to the service_order x")]
    [InlineData("update cancellation set task_id = 'x'", "cancellation: a row refers to the cancel_service_order x")]
    public async Task Fault_is_found(string fault, string told)
    {
        _database.Query<int>(fault);

        var findings = await FindAsync();

        Assert.Contains(findings.Problems, problem => problem.Contains(told, StringComparison.Ordinal));
        Assert.Equal(findings.Problems.Count, findings.Count);
    }

    [Fact]
    public async Task Sound_database_has_none()
    {
        var findings = await FindAsync();

        Assert.Empty(findings.Problems);
        Assert.True(findings.Rows > 80, $"Only {findings.Rows} rows were looked at.");
    }

    [Fact]
    public async Task Row_that_refers_to_a_deleted_subscription_is_found()
    {
        TestDatabase.NeedSqlite();
        _database.Query<int>("pragma foreign_keys = off; insert into delivery_attempt (subscription_id, number, event_id, event_type, position, time, duration_ms) values ('x', 1, '', '', 1, '', 1)");

        Assert.Contains("delivery_attempt: a row refers to the event_subscription x, which is not there.", (await FindAsync()).Problems);
    }

    [Fact]
    public async Task Page_that_was_overwritten_is_found()
    {
        TestDatabase.NeedSqlite();
        var pages = _database.Query<long>("select rootpage from sqlite_schema where name = 'event_log'")[0];
        await using (var file = new FileStream(_database.File, FileMode.Open))
        {
            file.Position = (pages - 1) * 8192;
            file.Write(new byte[8192]);
        }

        Assert.Contains((await FindAsync()).Problems, problem => problem.StartsWith("SQLite: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Command_tells_each_problem_in_a_line_as_many_as_are_asked_for()
    {
        _database.Query<int>("update service_order set version = 0");

        var (exitCode, output, error) = await AdminProcess.AdminAsync(_database, "check", "--most", "3", "--quiet");

        Assert.Equal(1, exitCode);
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(4, lines.Length);
        Assert.All(lines[..3], line => Assert.EndsWith("its version is 0.", line, StringComparison.Ordinal));
        Assert.Equal("… and 5 more.", lines[3]);
        Assert.EndsWith("has 8 problems.", error.TrimEnd(), StringComparison.Ordinal);
    }

    private async Task<Findings> FindAsync()
    {
        await using DatabaseSnapshot snapshot = TestDatabase.IsPostgres ? await PostgresSnapshot.OpenAsync(_database.ConnectionString, Cancel) : new SqliteSnapshot(_database.File);
        return await IntegrityReport.FindAsync(snapshot, _checks.Services.GetServices<IIntegrityCheck>(), 1000, new Untold(), Cancel);
    }

    private sealed class Untold : IProgress<TransferState>
    {
        public void Report(TransferState value)
        {
        }
    }
}
