namespace ServiceOrdering.Server.Storage;

/// <summary>A step of the schema: an embedded .sql file.</summary>
/// <param name="Name">The file's name without ending: a number, the same for all databases, and what it is about.</param>
/// <param name="Sql">Its text.</param>
internal sealed record MigrationFile(string Name, string Sql)
{
    private const string CompatibleMark = "-- compatible";

    /// <summary>Whether servers that do not know the step can go on with the database: so says its first line.</summary>
    public bool IsCompatible => Sql.StartsWith(CompatibleMark, StringComparison.Ordinal);

    /// <summary>The name of the last step that the database has; null where it has none.</summary>
    public static ValueTask<string?> LastAsync(Session session) => session.FindAsync<string>("select name from schema_migration order by name desc limit 1");

    /// <summary>The steps of a database, in the order of their numbers.</summary>
    /// <param name="database">The folder that they are in: <c>Sqlite</c>, <c>Postgres</c>.</param>
    public static IReadOnlyList<MigrationFile> All(string database)
    {
        var assembly = typeof(MigrationFile).Assembly;
        var folder = $"{typeof(MigrationFile).Namespace}.Migrations.{database}.";
        return [.. assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(folder, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                return new MigrationFile(name[folder.Length..^".sql".Length], reader.ReadToEnd());
            })];
    }
}
