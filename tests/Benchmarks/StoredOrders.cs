using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using ServiceOrdering.Json;

namespace ServiceOrdering.Benchmarks;

/// <summary>
/// Orders that are put into the server's database by SQL, a million in a few minutes: each the order of the example, one
/// second after the one before it, every fifth of them in progress.
/// </summary>
internal sealed class StoredOrders(string databaseFile)
{
    private const int Batch = 20_000;
    private static readonly DateTimeOffset First = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public int Count { get; private set; }

    public void GrowTo(int count)
    {
        using var connection = new SqliteConnection($"Data Source={databaseFile}");
        connection.Open();
        while (Count < count)
        {
            var next = Math.Min(count, Count + Batch);
            Insert(connection, Count, next);
            Count = next;
        }
    }

    public static string DateOf(int number) => First.AddSeconds(number).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public static string ExternalIdOf(int number) => $"BSS-{number}";

    public static string ServiceNameOf(int number) => $"internet-{number}";

    /// <summary>Ten orders in a row have the same customer.</summary>
    public static string CustomerOf(int number) => $"CUST-{number / 10}";

    private static void Insert(SqliteConnection connection, int from, int to)
    {
        using var transaction = connection.BeginTransaction();
        using var command = connection.CreateCommand();
        command.CommandText =
            """
            with recursive number(i) as (select @from union all select i + 1 from number where i + 1 < @to)
            insert into service_order (id, version, state, order_date, external_id, body)
            select printf('%08x-0000-7000-8000-000000000000', i), 1,
                case i % 5 when 0 then 'inProgress' when 1 then 'held' else 'completed' end,
                strftime('%Y-%m-%dT%H:%M:%S.000Z', @first + i, 'unixepoch'),
                'BSS-' || i,
                json_set(@body,
                '$.id', printf('%08x-0000-7000-8000-000000000000', i),
                '$.state', case i % 5 when 0 then 'inProgress' when 1 then 'held' else 'completed' end,
                '$.orderDate', strftime('%Y-%m-%dT%H:%M:%S.000Z', @first + i, 'unixepoch'),
                '$.externalId', 'BSS-' || i,
                '$.relatedParty[0].id', 'CUST-' || (i / 10),
                '$.serviceOrderItem[0].service.name', 'internet-' || i)
            from number;
            delete from resource_count where resource = 'serviceOrder';
            insert into resource_count (resource, state, total) select 'serviceOrder', state, count(*) from service_order group by state;
            """;
        command.Parameters.AddWithValue("@from", from);
        command.Parameters.AddWithValue("@to", to);
        command.Parameters.AddWithValue("@first", First.ToUnixTimeSeconds());
        command.Parameters.AddWithValue("@body", Body());
        command.ExecuteNonQuery();
        transaction.Commit();
    }

    // The id comes first, as in every body.
    private static string Body()
    {
        var order = BenchmarkServer.Order().ServiceOrder;
        order.Id = "";
        return Encoding.UTF8.GetString(JsonFormat.ToUtf8Bytes(order));
    }
}
