using Dapper;
using ServiceOrdering.Server.Hosting;

namespace ServiceOrdering.Server.Storage;

/// <summary>Brings a database to the schema of this build: the embedded .sql files, each once, in the order of their numbers.</summary>
internal static class Migrations
{
    private const string Folder = "ServiceOrdering.Server.Storage.Migrations.Sqlite.";

    public static void Apply(Session session)
    {
        session.Connection.Execute(
            "create table if not exists schema_migration (name text not null primary key, applied_at text not null) strict");
        var applied = session.Connection.Query<string>("select name from schema_migration").ToHashSet();
        var assembly = typeof(Migrations).Assembly;
        var known = assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal)).Order().ToList();

        var newer = applied.Except(known.Select(Name)).FirstOrDefault();
        if (newer is not null)
            throw new DatabaseUnusableException($"The database was written by a newer version: this one does not know its migration {newer}.");

        foreach (var resource in known.Where(resource => !applied.Contains(Name(resource))))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            using var transaction = session.Connection.BeginTransaction();
            session.Connection.Execute(reader.ReadToEnd(), transaction: transaction);
            session.Connection.Execute(
                "insert into schema_migration (name, applied_at) values (@name, strftime('%Y-%m-%dT%H:%M:%fZ'))",
                new { name = Name(resource) }, transaction);
            transaction.Commit();
        }
    }

    private static string Name(string resource) => resource[Folder.Length..^".sql".Length];
}
