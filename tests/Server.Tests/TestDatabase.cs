using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using ServiceOrdering.Server.Storage.Postgres;
using ServiceOrdering.Server.Storage.Sqlite;

namespace ServiceOrdering.Server.Tests;

/// <summary>
/// A database that goes with the test. All tests run on either kind: on a file of SQLite, or, where SERVICE_ORDERING_POSTGRES has
/// the connection string of a server, on a database of PostgreSQL.
/// </summary>
public sealed class TestDatabase : IDisposable
{
    private static readonly string? Postgres = Environment.GetEnvironmentVariable("SERVICE_ORDERING_POSTGRES") is { Length: > 0 } server ? server : null;
    private static readonly Lazy<string> Template = new(CreateTemplate);

    private readonly DirectoryInfo? _folder;
    private readonly string? _server;
    private readonly string _name;

    /// <param name="isEmpty">Without tables, as operators hand it over.</param>
    public TestDatabase(bool isEmpty = false)
        : this(Postgres, isEmpty)
    {
    }

    private TestDatabase(string? server, bool isEmpty)
    {
        _server = server;
        if (server is null)
        {
            _folder = Directory.CreateTempSubdirectory("service-ordering-");
            _name = Path.Combine(_folder.FullName, "test.db");
            return;
        }
        _name = "test_" + Guid.NewGuid().ToString("N");
        OnServer(server, $"create database {_name}" + (isEmpty ? "" : $" template {Template.Value}"));
        if (!isEmpty)
            Query<long>("update database_identity set id = ('x' || substr(md5(random()::text), 1, 16))::bit(64)::bigint returning id");
    }

    private TestDatabase(string name, string? server)
    {
        _name = name;
        _server = server;
    }

    /// <summary>A database without tables on a server of PostgreSQL that is the test's own.</summary>
    public static TestDatabase OnServerOf(PostgresCluster cluster)
    {
        var database = new TestDatabase("test_" + Guid.NewGuid().ToString("N"), cluster.ConnectionString);
        OnServer(database._server, $"create database {database._name}");
        return database;
    }

    /// <summary>A file of SQLite, whatever the others are.</summary>
    public static TestDatabase OfSqlite() => new(server: null, isEmpty: false);

    public static bool IsPostgres => Postgres is not null;

    private bool HasServer => _server is not null;

    /// <summary>Ends a test that is about SQLite alone.</summary>
    public static void NeedSqlite() => Assert.SkipWhen(IsPostgres, "This is about SQLite alone.");

    /// <summary>Ends a test that is about PostgreSQL alone.</summary>
    public static void NeedPostgres() => Assert.SkipUnless(IsPostgres, "This is about PostgreSQL: SERVICE_ORDERING_POSTGRES is not set.");

    public string ConnectionString => HasServer ? On(_server, _name) : $"Data Source={_name}";

    /// <summary>A server's configuration.</summary>
    public (string Key, string Value)[] Settings => [("Storage:Provider", HasServer ? "postgres" : "sqlite"), ("Storage:ConnectionString", ConnectionString)];

    /// <summary>The path of SQLite's file.</summary>
    public string File => HasServer ? throw new InvalidOperationException("There is no file.") : _name;

    /// <summary>The database as a server opens it.</summary>
    internal Server.Storage.Database Open(Server.Storage.StorageOptions? settings = null)
    {
        var options = (settings ?? new Server.Storage.StorageOptions()) with { ConnectionString = ConnectionString };
        return HasServer
            ? new PostgresDatabase(options, TimeProvider.System, NullLogger<PostgresDatabase>.Instance)
            : new SqliteDatabase(options, TimeProvider.System, NullLogger<SqliteDatabase>.Instance);
    }

    /// <summary>Where PostgreSQL is.</summary>
    public static (string Host, int Port) Server => new NpgsqlConnectionStringBuilder(Postgres) is { Host: { } host } settings ? (host, settings.Port) : throw new InvalidOperationException();

    /// <summary>A setting with which a server comes to the database by another way.</summary>
    public (string Key, string Value) At(string host, int port, string more = "") =>
        ("Storage:ConnectionString", new NpgsqlConnectionStringBuilder(ConnectionString + ";" + more) { Host = host, Port = port }.ConnectionString);

    /// <summary>A connection of somebody else.</summary>
    public DbConnection Connect() => HasServer
        ? new NpgsqlConnection(new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false }.ConnectionString)
        : new SqliteConnection(ConnectionString + ";Pooling=false");

    /// <summary>What a statement finds, without a server.</summary>
    public List<T> Query<T>(string sql, object? parameters = null)
    {
        using var connection = Connect();
        return connection.Query<T>(sql, parameters).AsList();
    }

    /// <summary>The same database as a server finds it that does not know of the first: for SQLite a copy, for PostgreSQL itself.</summary>
    public TestDatabase ForAnotherServer()
    {
        if (HasServer)
            return new TestDatabase(_name, _server);
        var file = _name + "-" + Guid.NewGuid().ToString("N");
        using var connection = Connect();
        connection.Execute("vacuum into @file", new { file });
        return new TestDatabase(file, null);
    }

    public void Dispose()
    {
        _folder?.Delete(recursive: true);
        if (HasServer)
            OnServer(_server, $"drop database if exists {_name} with (force)");
    }

    private static string On(string? server, string database) => new NpgsqlConnectionStringBuilder(server) { Database = database }.ConnectionString;

    private static void OnServer(string? server, string sql)
    {
        using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(On(server, "postgres")) { Pooling = false }.ConnectionString);
        connection.Execute(sql);
    }

    // What has all tables is copied faster than they are made.
    private static string CreateTemplate()
    {
        var name = "template_" + Guid.NewGuid().ToString("N");
        OnServer(Postgres, $"create database {name}");
        using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(On(Postgres, name)) { Pooling = false });
        PostgresMigrations.ApplyAsync(source, name, NullLogger.Instance, CancellationToken.None).GetAwaiter().GetResult();
        return name;
    }
}
