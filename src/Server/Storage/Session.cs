using ServiceOrdering.Query;

namespace ServiceOrdering.Server.Storage;

/// <summary>
/// An open connection, used by one caller at a time. SQL has parameters named as <c>@name</c>, and rows are mapped by Dapper:
/// to a scalar, a tuple, or a class with members named as the columns.
/// </summary>
internal abstract class Session
{
    /// <summary>How the database translates filters.</summary>
    public abstract SqlDialect Dialect { get; }

    /// <summary>SQL that has the texts of a JSON array as rows, in a column <c>value</c>.</summary>
    public abstract string Each(string array);

    /// <summary>Runs a statement and tells how many rows it changed.</summary>
    public abstract ValueTask<int> ExecuteAsync(string sql, object? parameters = null);

    /// <summary>
    /// Runs a statement that the caller does not wait for: where the database is at a distance, together with those that
    /// follow, at the latest before the write is committed.
    /// </summary>
    /// <param name="sql">The statement.</param>
    /// <param name="parameters">Its values.</param>
    /// <param name="expect">How many rows it has to change: compare-and-set. Where it changes another number, the write fails with <see cref="ConflictException"/>. Null: any.</param>
    public abstract ValueTask SendAsync(string sql, object? parameters = null, int? expect = null);

    /// <summary>The rows, one by one as they are asked for.</summary>
    public abstract IAsyncEnumerable<T> StreamAsync<T>(string sql, object? parameters = null);

    /// <summary>All rows.</summary>
    public abstract ValueTask<List<T>> ListAsync<T>(string sql, object? parameters = null);

    /// <summary>The first row, or the type's default.</summary>
    public abstract ValueTask<T?> FindAsync<T>(string sql, object? parameters = null);
}

/// <summary>What a write was made for is no longer so: another write was faster.</summary>
internal sealed class ConflictException() : Exception("Another write was faster.");
