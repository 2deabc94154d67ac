using System.Data.Common;
using System.Globalization;
using Dapper;
using Google.Protobuf.WellKnownTypes;
using Npgsql;
using ServiceOrdering.Json;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Benchmarks;

/// <summary>
/// Orders that are put into the server's database by SQL, a million in a few minutes: each the order of the example, one
/// second after the one before it, every fifth of them in progress.
/// </summary>
internal sealed class StoredOrders(BenchmarkDatabase database)
{
    private const int Batch = 20_000;
    private static readonly DateTimeOffset First = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly string Body = BodyOfExample();

    public int Count { get; private set; }

    public void GrowTo(int count)
    {
        using var connection = database.Connect();
        while (Count < count)
        {
            var next = Math.Min(count, Count + Batch);
            using (var transaction = connection.BeginTransaction())
            {
                Insert(connection, Enumerable.Range(Count, next - Count).Select(Order));
                transaction.Commit();
            }
            Count = next;
        }
        connection.Execute(
            """
            delete from resource_count where resource = 'serviceOrder';
            insert into resource_count (resource, state, total) select 'serviceOrder', state, count(*) from service_order group by state;
            """);
        if (connection is NpgsqlConnection)
            connection.Execute("vacuum analyze service_order");
    }

    public static string DateOf(int number) => First.AddSeconds(number).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public static string ExternalIdOf(int number) => $"BSS-{number}";

    public static string ServiceNameOf(int number) => $"internet-{number}";

    /// <summary>Ten orders in a row have the same customer.</summary>
    public static string CustomerOf(int number) => $"CUST-{number / 10}";

    // As the server writes it, with places for what every order has of its own.
    private static string BodyOfExample()
    {
        var order = BenchmarkServer.Order().ServiceOrder;
        (order.Id, order.State, order.OrderDate, order.ExternalId) = ("@id", ServiceOrderState.Held, Timestamp.FromDateTimeOffset(First), "@externalId");
        order.RelatedParty[0].Id = "@customer";
        order.ServiceOrderItem[0].Service.Name = "@serviceName";
        return JsonFormat.ToText(order);
    }

    private static StoredOrder Order(int number)
    {
        var (id, state) = ($"{number:x8}-0000-7000-8000-000000000000", (number % 5) switch { 0 => "inProgress", 1 => "held", _ => "completed" });
        var body = Body.Replace("@id", id, StringComparison.Ordinal)
            .Replace("\"state\":\"held\"", $"\"state\":\"{state}\"", StringComparison.Ordinal)
            .Replace(DateOf(0), DateOf(number), StringComparison.Ordinal)
            .Replace("@externalId", ExternalIdOf(number), StringComparison.Ordinal)
            .Replace("@customer", CustomerOf(number), StringComparison.Ordinal)
            .Replace("@serviceName", ServiceNameOf(number), StringComparison.Ordinal);
        return new StoredOrder(id, state, DateOf(number), ExternalIdOf(number), body);
    }

    private static void Insert(DbConnection connection, IEnumerable<StoredOrder> orders)
    {
        if (connection is NpgsqlConnection postgres)
        {
            using var import = postgres.BeginBinaryImport("copy service_order (id, version, state, order_date, external_id, body) from stdin (format binary)");
            foreach (var (id, state, date, externalId, body) in orders)
                import.WriteRow(id, 1L, state, date, externalId, body);
            import.Complete();
            return;
        }
        connection.Execute(
            "insert into service_order (id, version, state, order_date, external_id, body) values (@Id, 1, @State, @OrderDate, @ExternalId, @Body)", orders);
    }

    private sealed record StoredOrder(string Id, string State, string OrderDate, string ExternalId, string Body);
}
