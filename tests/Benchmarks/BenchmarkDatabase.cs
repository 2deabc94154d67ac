using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace ServiceOrdering.Benchmarks;

/// <summary>A database that goes with the measurement: a file of SQLite, or a database on the server of PostgreSQL that was named.</summary>
internal sealed class BenchmarkDatabase : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("service-ordering-benchmarks-").FullName;
    private readonly string _name = "benchmark_" + Guid.NewGuid().ToString("N");

    public BenchmarkDatabase()
    {
        if (Server is not null)
            OnServer($"create database {_name}");
    }

    /// <summary>Connection string of PostgreSQL, without a database; null for SQLite.</summary>
    public static string? Server { get; set; }

    public static bool IsPostgres => Server is not null;

    public string ConnectionString => Server is null ? $"Data Source={File}" : On(_name);

    private string File => Path.Combine(_folder, "benchmark.db");

    /// <summary>What the data takes on the disk. The log beside it is used again and again.</summary>
    public long Bytes()
    {
        if (Server is null)
            return new FileInfo(File).Length;
        using var connection = Connect();
        return connection.QuerySingle<long>("select pg_database_size(current_database())");
    }

    public DbConnection Connect()
    {
        DbConnection connection = Server is null ? new SqliteConnection(ConnectionString) : new NpgsqlConnection(ConnectionString);
        connection.Open();
        return connection;
    }

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        if (Server is not null)
            OnServer($"drop database {_name} with (force)");
    }

    private static string On(string database) => new NpgsqlConnectionStringBuilder(Server) { Database = database }.ConnectionString;

    private static void OnServer(string sql)
    {
        using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(On("postgres")) { Pooling = false }.ConnectionString);
        connection.Execute(sql);
    }
}
