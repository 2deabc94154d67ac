using System.IO.Compression;
using Npgsql;

namespace ServiceOrdering.Server.Tests.Storage;

/// <summary>A database that a version before has written, through its API: see README.md beside the files.</summary>
internal static class OldDatabase
{
    /// <summary>The database of schema 0200, as it was left by the server that wrote it.</summary>
    public static TestDatabase Open0200()
    {
        var database = new TestDatabase(isEmpty: true);
        using var packed = new GZipStream(
            typeof(OldDatabase).Assembly.GetManifestResourceStream(TestDatabase.IsPostgres ? "upgrade/postgres-0200.sql.gz" : "upgrade/sqlite-0200.db.gz")!, CompressionMode.Decompress);
        if (TestDatabase.IsPostgres)
        {
            using var text = new StreamReader(packed);
            // Lines with a backslash are for psql, which others do not know.
            var sql = string.Join('\n', text.ReadToEnd().Split('\n').Where(line => !line.StartsWith('\\')));
            using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Pooling = false });
            using var restore = source.CreateCommand(sql);
            restore.ExecuteNonQuery();
        }
        else
        {
            using var file = File.Create(database.File);
            packed.CopyTo(file);
        }
        return database;
    }

    /// <summary>The same, brought to the schema of today.</summary>
    public static TestDatabase OpenUpgraded()
    {
        var database = Open0200();
        database.Open().Dispose();
        return database;
    }
}
