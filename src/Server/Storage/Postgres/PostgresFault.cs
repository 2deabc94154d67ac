using System.Net.Sockets;
using Npgsql;
using ServiceOrdering.Server.Errors;

namespace ServiceOrdering.Server.Storage.Postgres;

/// <summary>What a failure of the database means: one that passes by itself, or one that somebody has to mend.</summary>
internal static class PostgresFault
{
    /// <summary>Whether the same may well succeed in a moment: the server starts, stops, or is not reached.</summary>
    public static bool Passes(Exception e) => e switch
    {
        // Npgsql counts a disk among what passes.
        PostgresException { SqlState: var state } when IsOfDisk(state) => false,
        PostgresException server => server.IsTransient || server.SqlState is
            PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow
            or "25P03" or PostgresErrorCodes.LockNotAvailable
            or PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.ConnectionFailure
            // PgBouncer's own: it lost its server, or has none.
            or "08P01" or "08006",
        NpgsqlException or SocketException or IOException or TimeoutException or ObjectDisposedException => true,
        _ => false,
    };

    /// <summary>What it means; null where it is none of the database's: a statement or a value that is wrong.</summary>
    public static DatabaseFault? Explain(Exception e) => (e as PostgresException)?.SqlState switch
    {
        PostgresErrorCodes.DiskFull => Stays("The disk of the database is full; trying again is of no use until its operator has made room."),
        PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted =>
            Stays("The database is damaged; trying again is of no use until its operator has restored it.", isDamage: true),
        { } state when IsOfDisk(state) => Stays("The disk of the database fails; trying again is of no use until its operator has looked at it."),
        PostgresErrorCodes.ReadOnlySqlTransaction => Stays("The database can only be read; trying again is of no use until its operator has looked at it."),
        PostgresErrorCodes.OutOfMemory => new DatabaseFault(ApiErrors.ServerUnavailable("The database has no memory left; try again in a moment.")),
        _ when Passes(e) => new DatabaseFault(ApiErrors.ServerUnavailable("The database cannot be reached; try again in a moment.")),
        { } state when state.StartsWith("53", StringComparison.Ordinal) || PostgresPooler.Problem(e) is not null =>
            Stays("The database cannot do its work now; its operator has to look at it."),
        _ => null,
    };

    private static DatabaseFault Stays(string message, bool isDamage = false) => new(ApiErrors.ServerUnavailable(message, passes: false), isDamage);

    // Disk full; a failing disk and files that are not there (class 58); what is on it is not what was written.
    private static bool IsOfDisk(string state) => state.StartsWith("58", StringComparison.Ordinal)
        || state is PostgresErrorCodes.DiskFull or PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted;
}
