using System.Collections.Concurrent;
using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace ServiceOrdering.Server.Storage.Postgres;

/// <summary>
/// A statement as PostgreSQL's protocol has it, with numbered parameters, and how its rows are mapped. Made once for a text:
/// Npgsql would look for the names of the parameters every time.
/// </summary>
internal sealed class PostgresStatement
{
    // Texts that depend on a request there is no end of.
    private const int MostKept = 1000;
    private static readonly ConcurrentDictionary<string, PostgresStatement> Kept = new();

    private readonly string[] _names;

    private PostgresStatement(string sql, string[] names)
    {
        Sql = sql;
        _names = names;
    }

    public string Sql { get; }

    public RowMap Rows { get; } = new();

    public static PostgresStatement Of(string sql)
    {
        if (Kept.TryGetValue(sql, out var known))
            return known;
        if (Kept.Count >= MostKept)
            Kept.Clear();
        return Kept.GetOrAdd(sql, Parse);
    }

    /// <summary>A command with the statement's values, in the order of its numbers.</summary>
    public NpgsqlBatchCommand Command(object? parameters)
    {
        var command = new NpgsqlBatchCommand(Sql);
        if (_names.Length == 0)
            return command;
        var values = parameters as Parameters ?? Parameters.From(parameters);
        foreach (var name in _names)
        {
            var (value, type) = values.Find(name);
            command.Parameters.Add(value switch
            {
                // A text that passes through as bytes; one that is not there still has a type, which a prepared statement is bound to.
                byte[] utf8 => new NpgsqlParameter<byte[]> { TypedValue = utf8, NpgsqlDbType = NpgsqlDbType.Text },
                string text => new NpgsqlParameter<string> { TypedValue = text },
                long number => new NpgsqlParameter<long> { TypedValue = number },
                int number => new NpgsqlParameter<int> { TypedValue = number },
                null => new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = NullType(type) },
                _ => new NpgsqlParameter { Value = value },
            });
        }
        return command;
    }

    private static NpgsqlDbType NullType(Type type) =>
        type == typeof(long?) ? NpgsqlDbType.Bigint : type == typeof(int?) ? NpgsqlDbType.Integer : NpgsqlDbType.Text;

    // Our own statements: a @ is the start of a parameter, wherever it stands outside of a constant.
    private static PostgresStatement Parse(string sql)
    {
        var names = new List<string>();
        var text = new StringBuilder(sql.Length);
        for (var i = 0; i < sql.Length; i++)
        {
            if (sql[i] == '\'')
            {
                var end = sql.IndexOf('\'', i + 1);
                text.Append(sql, i, end - i + 1);
                i = end;
                continue;
            }
            if (sql[i] != '@' || i + 1 == sql.Length || !char.IsAsciiLetter(sql[i + 1]))
            {
                text.Append(sql[i]);
                continue;
            }
            var start = ++i;
            while (i < sql.Length && (char.IsAsciiLetterOrDigit(sql[i]) || sql[i] == '_'))
                i++;
            var name = sql[start..i--];
            var number = names.IndexOf(name);
            if (number < 0)
            {
                number = names.Count;
                names.Add(name);
            }
            text.Append('$').Append(number + 1);
        }
        return new PostgresStatement(text.ToString(), [.. names]);
    }
}
