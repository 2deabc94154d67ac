namespace ServiceOrdering.Server.Storage.Transfer;

/// <summary>A table that is copied, as both databases have it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Columns">Its columns, in the source's order.</param>
/// <param name="Key">The columns of its primary key, in the key's order. A table without one has one row, which it is made with.</param>
internal sealed record TransferTable(string Name, IReadOnlyList<TransferColumn> Columns, IReadOnlyList<TransferColumn> Key)
{
    /// <summary>What belongs to the database and not to what is in it: the steps of its schema, and the rights of its living servers.</summary>
    public static readonly IReadOnlyList<string> NotCopied = ["schema_migration", "lease", "writer_commit"];

    /// <summary>Whether a column holds JSON that the server looks into to answer queries: that of a resource, which has a version.</summary>
    public bool IsQueried(TransferColumn column) => column.Name == "body" && Columns.Any(other => other.Name == "version");

    /// <summary>The columns as a list in SQL.</summary>
    public string ColumnList => string.Join(", ", Columns.Select(column => column.Name));

    /// <summary>The columns of the key as a list in SQL.</summary>
    public string KeyList => string.Join(", ", Key.Select(column => column.Name));

    /// <summary>What a person finds a row by.</summary>
    public string NameOf(object?[] row) => Key.Count == 0
        ? Name
        : $"{Name} {string.Join(" / ", Key.Select(column => TransferValue.Text(row[Columns.Index().First(each => each.Item == column).Index])))}";
}

/// <summary>A column: a text, or a whole number.</summary>
internal sealed record TransferColumn(string Name, bool IsText);
