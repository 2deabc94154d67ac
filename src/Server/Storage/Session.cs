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

    /// <summary>Runs a statement and tells how many rows it changed.</summary>
    public abstract ValueTask<int> ExecuteAsync(string sql, object? parameters = null);

    /// <summary>The rows, one by one as they are asked for.</summary>
    public abstract IAsyncEnumerable<T> StreamAsync<T>(string sql, object? parameters = null);

    /// <summary>All rows.</summary>
    public abstract ValueTask<List<T>> ListAsync<T>(string sql, object? parameters = null);

    /// <summary>The first row, or the type's default.</summary>
    public abstract ValueTask<T?> FindAsync<T>(string sql, object? parameters = null);

    /// <summary>Runs a statement that has to change so many rows: compare-and-set.</summary>
    /// <exception cref="ConflictException">It changed another number of them.</exception>
    public async ValueTask ExecuteAsync(string sql, object? parameters, int expect)
    {
        if (await ExecuteAsync(sql, parameters) != expect)
            throw new ConflictException();
    }
}

/// <summary>What a write was made for is no longer so: another write was faster.</summary>
internal sealed class ConflictException() : Exception("Another write was faster.");
