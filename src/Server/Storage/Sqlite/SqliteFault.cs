using Grpc.Core;
using Microsoft.Data.Sqlite;
using ServiceOrdering.Server.Errors;
using SQLitePCL;

namespace ServiceOrdering.Server.Storage.Sqlite;

/// <summary>What a failure of the file means: one that passes by itself, or one that somebody has to mend.</summary>
internal static class SqliteFault
{
    /// <summary>What callers are told; null where it is none of the file's: a statement or a value that is wrong.</summary>
    public static DatabaseFault? Explain(Exception e) =>
        e is SqliteException { SqliteErrorCode: var code } && Told(code) is { } told ? new DatabaseFault(told, IsDamage(code)) : null;

    private static RpcException? Told(int code) => code switch
    {
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_PROTOCOL => ApiErrors.ServerUnavailable("Another program has locked the database; try again in a moment."),
        raw.SQLITE_NOMEM => ApiErrors.ServerUnavailable("The server has no memory left; try again in a moment."),
        raw.SQLITE_FULL => ApiErrors.ServerUnavailable("The disk of the database is full; trying again is of no use until its operator has made room.", passes: false),
        raw.SQLITE_IOERR or raw.SQLITE_CANTOPEN or raw.SQLITE_READONLY or raw.SQLITE_PERM =>
            ApiErrors.ServerUnavailable("The disk of the database fails; trying again is of no use until its operator has looked at it.", passes: false),
        _ when IsDamage(code) => ApiErrors.ServerUnavailable("The database is damaged; trying again is of no use until its operator has restored it.", passes: false),
        _ => null,
    };

    private static bool IsDamage(int code) => code is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB;
}
