using System.Data.Common;
using Dapper;

namespace ServiceOrdering.Server.Storage;

/// <summary>How Dapper maps the rows of one statement: to find that out costs more than to map one, so that it is kept with the statement.</summary>
internal sealed class RowMap
{
    private object? _map;

    public Func<DbDataReader, T> Of<T>(DbDataReader reader)
    {
        if (_map is Func<DbDataReader, T> known)
            return known;
        // Of texts and bytes Dapper makes objects only.
        var map = typeof(T).IsValueType ? reader.GetRowParser<T>() : Unbox<T>(reader.GetRowParser(typeof(T)));
        _map = map;
        return map;
    }

    private static Func<DbDataReader, T> Unbox<T>(Func<DbDataReader, object> map) => reader => (T)map(reader);
}
