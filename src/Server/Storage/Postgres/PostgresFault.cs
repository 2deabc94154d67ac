using System.Net.Sockets;
using Grpc.Core;
using Npgsql;
using ServiceOrdering.Server.Errors;

namespace ServiceOrdering.Server.Storage.Postgres;

/// <summary>What a failure of the database means: one that passes by itself, or one that somebody has to mend.</summary>
internal static class PostgresFault
{
    /// <summary>Whether the same may well succeed in a moment: the server starts, stops, or is not reached.</summary>
    public static bool Passes(Exception e) => e switch
    {
        PostgresException server => server.IsTransient || server.SqlState is
            PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow
            or "25P03" or PostgresErrorCodes.LockNotAvailable
            or PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.ConnectionFailure
            // PgBouncer's own: it lost its server, or has none.
            or "08P01" or "08006",
        NpgsqlException or SocketException or IOException or TimeoutException or ObjectDisposedException => true,
        _ => false,
    };

    /// <summary>What callers are told; null where nobody foresaw it.</summary>
    public static RpcException? Explain(Exception e) =>
        Passes(e) ? ApiErrors.ServerUnavailable("The database cannot be reached; try again in a moment.")
        : e is PostgresException { SqlState: { } state } && (state.StartsWith("53", StringComparison.Ordinal) || state.StartsWith("58", StringComparison.Ordinal)
            || PostgresPooler.Problem(e) is not null)
            ? ApiErrors.ServerUnavailable("The database cannot do its work now; its operator has to look at it.", passes: false)
        : null;
}
