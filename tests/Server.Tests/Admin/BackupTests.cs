using System.Collections.Concurrent;
using ServiceOrdering.Server.Tests.Events;
using ServiceOrdering.Server.Tests.Hub;
using ServiceOrdering.Server.Tests.Storage;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.Admin;

/// <summary>A database is copied while it is written to, and is there again where it is put.</summary>
public sealed class BackupTests : IDisposable
{
    private const int Writers = 8;

    private readonly TestDatabase _database = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("service-ordering-");

    private string File => Path.Combine(_folder.FullName, "backup.db");

    public void Dispose()
    {
        _database.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Backup_under_load_has_every_write_that_was_answered_before_it_and_is_sound_elsewhere()
    {
        TestDatabase.NeedSqlite();
        using var elsewhere = new TestDatabase(isEmpty: true);
        List<string> answeredBefore;
        int answeredAfter;
        using (var server = new RunningServer(_database))
        {
            using var stop = new CancellationTokenSource();
            var answered = new ConcurrentQueue<string>();
            var begun = new TaskCompletionSource();
            var writing = Enumerable.Range(0, Writers).Select(_ => Task.Run(async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    var order = new ServiceOrder { ServiceOrderItem = { new ServiceOrderItem { Id = "1", Action = Tmf.Common.V4.OrderItemAction.Add, Service = new() } } };
                    answered.Enqueue((await server.ServiceOrders.CreateServiceOrderAsync(new CreateServiceOrderRequest { ServiceOrder = order }, cancellationToken: Cancel)).ServiceOrder.Id);
                    if (answered.Count >= 500)
                        begun.TrySetResult();
                }
            })).ToList();
            await begun.Task.WaitAsync(Cancel);
            answeredBefore = [.. answered];

            var (exitCode, output, error) = await AdminProcess.AdminAsync(_database, "backup", File);

            answeredAfter = answered.Count;
            await stop.CancelAsync();
            await Task.WhenAll(writing);
            Assert.True(exitCode == 0, output + error);
        }
        Assert.True(answeredAfter > answeredBefore.Count + 100, $"Only {answeredAfter - answeredBefore.Count} writes were answered meanwhile.");
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
        Assert.Equal(["backup.db"], _folder.GetFiles().Select(file => file.Name));

        var restored = await AdminProcess.AdminAsync(elsewhere, "restore", File, "--quiet");

        Assert.True(restored.ExitCode == 0, restored.Error);
        Assert.Empty(answeredBefore.Except(elsewhere.Query<string>("select id from service_order")));
        using var again = new RunningServer(elsewhere);
        Assert.Equal(answeredBefore[0], (string?)(await again.GetAsync($"{RunningServer.ServiceOrderPath}/{answeredBefore[0]}")).Json["id"]);
        (await again.PostOrderAsync(ExampleOrders.Minimal)).Is(System.Net.HttpStatusCode.Created);
    }

    [Fact]
    public async Task What_a_killed_server_has_left_in_its_log_is_in_the_backup()
    {
        TestDatabase.NeedSqlite();
        using (var server = await ServerProcess.StartAsync(_database, Cancel))
        {
            using var client = Client.ServiceOrderingClient.Connect(server.Grpc.ToString());
            var order = new ServiceOrder { ServiceOrderItem = { new ServiceOrderItem { Id = "1", Action = Tmf.Common.V4.OrderItemAction.Add, Service = new() } } };
            for (var i = 0; i < 20; i++)
                await client.ServiceOrders.CreateServiceOrderAsync(new CreateServiceOrderRequest { ServiceOrder = order }, cancellationToken: Cancel);
            server.Kill();
        }
        Assert.True(System.IO.File.Exists(_database.File + "-wal"));

        var (exitCode, output, error) = await AdminProcess.AdminAsync(_database, "backup", File, "--quiet");

        Assert.True(exitCode == 0, output + error);
        using var elsewhere = new TestDatabase(isEmpty: true);
        Assert.Equal(0, (await AdminProcess.AdminAsync(elsewhere, "restore", File, "--quiet")).ExitCode);
        Assert.Equal(20, elsewhere.Query<long>("select count(*) from service_order")[0]);
    }

    [Fact]
    public async Task File_that_is_there_is_left_unless_its_place_is_to_be_taken()
    {
        TestDatabase.NeedSqlite();
        _database.Open().Dispose();
        await System.IO.File.WriteAllTextAsync(File, "mine", Cancel);

        var refused = await AdminProcess.AdminAsync(_database, "backup", File);
        Assert.Equal(1, refused.ExitCode);
        Assert.Equal($"error: {File} is there already; --force lets the backup take its place.", refused.Error.TrimEnd());
        Assert.Equal("mine", await System.IO.File.ReadAllTextAsync(File, Cancel));

        var forced = await AdminProcess.AdminAsync(_database, "backup", File, "--force", "--quiet");
        Assert.Equal((0, ""), (forced.ExitCode, forced.Error));
        Assert.StartsWith("SQLite format 3", await System.IO.File.ReadAllTextAsync(File, Cancel), StringComparison.Ordinal);

        Assert.Contains("is the database itself", (await AdminProcess.AdminAsync(_database, "backup", _database.File, "--force")).Error, StringComparison.Ordinal);
        await System.IO.File.WriteAllTextAsync(File + "-wal", "", Cancel);
        Assert.Contains("is a database in use", (await AdminProcess.AdminAsync(_database, "backup", File, "--force")).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("backup")]
    [InlineData("restore")]
    public async Task Setting_is_taken_for_no_file(string command)
    {
        var (exitCode, _, error) = await AdminProcess.AdminAsync(_database, command);

        Assert.Equal((2, "error: Required argument 'file' missing: it comes before '--'."), (exitCode, error.TrimEnd()));
    }

    [Fact]
    public async Task Copy_with_a_problem_is_no_backup()
    {
        TestDatabase.NeedSqlite();
        using var damaged = OldDatabase.OpenUpgraded();
        damaged.Query<int>("update service_order set state = 'completed' where external_id = 'dated'");

        var (exitCode, output, error) = await AdminProcess.AdminAsync(damaged, "backup", File, "--quiet");

        Assert.Equal(1, exitCode);
        Assert.Contains("its column state has 'completed'", output, StringComparison.Ordinal);
        Assert.Contains($"There is no backup {File}", error, StringComparison.Ordinal);
        Assert.Empty(_folder.GetFiles());
    }

    [Fact]
    public async Task What_a_killed_backup_has_left_is_written_over()
    {
        TestDatabase.NeedSqlite();
        _database.Open().Dispose();
        await System.IO.File.WriteAllTextAsync(File + ".partial", "half of it", Cancel);
        await System.IO.File.WriteAllTextAsync(File + ".partial-journal", "half of it", Cancel);

        var (exitCode, output, error) = await AdminProcess.AdminAsync(_database, "backup", File, "--quiet");

        Assert.True(exitCode == 0, output + error);
        Assert.Equal(["backup.db"], _folder.GetFiles().Select(file => file.Name));
    }

    [Fact]
    public async Task Database_of_a_version_before_is_backed_up_before_it_is_upgraded()
    {
        TestDatabase.NeedSqlite();
        using var old = OldDatabase.Open0200();
        // As a version before that migration has left it.
        old.Query<int>("delete from schema_migration where name = '0200_api_key'; drop table api_key; drop table api_key_secret");

        var backup = await AdminProcess.AdminAsync(old, "backup", File, "--quiet");
        var checking = await AdminProcess.RunAsync("admin", "check", File);
        using var elsewhere = new TestDatabase(isEmpty: true);
        var restored = await AdminProcess.AdminAsync(elsewhere, "restore", File, "--quiet");

        Assert.Equal((0, 1, 0), (backup.ExitCode, checking.ExitCode, restored.ExitCode));
        Assert.Contains("rows only their own version can check (0200_api_key)", backup.Output, StringComparison.Ordinal);
        Assert.Contains("was written by an older version", checking.Error, StringComparison.Ordinal);
        Assert.Contains("brings it up to date when it starts", restored.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Backup_is_put_only_where_nothing_lies_and_no_server_runs()
    {
        TestDatabase.NeedSqlite();
        using (var server = new RunningServer(_database))
        {
            await server.PlaceOrderAsync();
            Assert.Equal(0, (await AdminProcess.AdminAsync(_database, "backup", File, "--quiet")).ExitCode);

            var running = await AdminProcess.AdminAsync(_database, "restore", File);
            Assert.Equal(1, running.ExitCode);
            Assert.Contains("cannot be had alone", running.Error, StringComparison.Ordinal);
        }
        var there = await AdminProcess.AdminAsync(_database, "restore", File);
        Assert.Equal(1, there.ExitCode);
        Assert.Contains($"{_database.File} is there already", there.Error, StringComparison.Ordinal);

        await System.IO.File.WriteAllTextAsync(File, "SQLite format 3\0 and no more", Cancel);
        using var elsewhere = new TestDatabase(isEmpty: true);
        var broken = await AdminProcess.AdminAsync(elsewhere, "restore", File);
        Assert.Equal(1, broken.ExitCode);
        Assert.Contains("cannot be read", Assert.Single(broken.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.False(System.IO.File.Exists(elsewhere.File));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tokens_of_what_was_lost_are_good_again_only_where_nothing_was(bool isSame)
    {
        TestDatabase.NeedSqlite();
        string token;
        using (var server = new RunningServer(_database))
        {
            await server.PlaceOrderAsync();
            token = server.Token(1);
        }
        using var elsewhere = new TestDatabase(isEmpty: true);
        Assert.Equal(0, (await AdminProcess.AdminAsync(_database, "backup", File, "--quiet")).ExitCode);
        string[] options = isSame ? ["--same-identity"] : [];
        Assert.Equal(0, (await AdminProcess.AdminAsync(elsewhere, ["restore", File, "--quiet", .. options])).ExitCode);

        using var again = new RunningServer(elsewhere);
        var tokens = again.Service<Server.Events.ResumeTokens>();
        Assert.Equal(isSame, tokens.TryRead(token, out _));
    }

    [Fact]
    public async Task Compaction_gives_room_back_and_keeps_the_rest()
    {
        using (var server = new RunningServer(_database))
        {
            await server.WriteAsync(callers: 4, ordersEach: 50, Cancel);
            await server.ExecuteAsync("delete from event_log where position < (select last from event_position) - 1");
            if (!TestDatabase.IsPostgres)
                Assert.Contains("cannot be had alone", (await AdminProcess.AdminAsync(_database, "compact")).Error, StringComparison.Ordinal);
        }

        var (exitCode, output, error) = await AdminProcess.AdminAsync(_database, "compact", "--quiet");

        Assert.True(exitCode == 0, error);
        var sizes = System.Text.RegularExpressions.Regex.Match(output, "has ([0-9]+) bytes, and had ([0-9]+)").Groups;
        Assert.True(TestDatabase.IsPostgres || long.Parse(sizes[1].Value) < long.Parse(sizes[2].Value) * 0.9, output);
        var checking = await AdminProcess.AdminAsync(_database, "check", "--quiet");
        Assert.True(checking.ExitCode == 0, checking.Output);
        using var again = new RunningServer(_database);
        (await again.PostOrderAsync(ExampleOrders.Minimal)).Is(System.Net.HttpStatusCode.Created);
    }

    [Fact]
    public async Task PostgreSQL_is_backed_up_by_its_own_tools()
    {
        TestDatabase.NeedPostgres();

        var backup = await AdminProcess.AdminAsync(_database, "backup", File);
        var restore = await AdminProcess.AdminAsync(_database, "restore", File);

        Assert.Equal((1, 1), (backup.ExitCode, restore.ExitCode));
        Assert.Contains($"pg_dump --format=custom --file='{File}' --host='{TestDatabase.Server.Host}' --port={TestDatabase.Server.Port}", backup.Error, StringComparison.Ordinal);
        Assert.Contains("pg_restore", restore.Error, StringComparison.Ordinal);
    }
}
