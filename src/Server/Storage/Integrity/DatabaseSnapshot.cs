namespace ServiceOrdering.Server.Storage.Integrity;

/// <summary>A database as it was at one moment, read beside whoever writes it.</summary>
internal abstract class DatabaseSnapshot : IAsyncDisposable
{
    /// <summary>What operators know the database by.</summary>
    public abstract string Location { get; }

    /// <summary>Reads it.</summary>
    public abstract Session Session { get; }

    /// <summary>Finds what the database itself knows to be wrong with its pages and indexes.</summary>
    public abstract ValueTask FindDamageAsync(Findings findings, CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();
}
