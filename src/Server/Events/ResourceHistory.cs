using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Events;

/// <summary>What has happened to one resource, without the resource: found by an index, and bounded however much it is.</summary>
internal sealed class ResourceHistory(Database database)
{
    // An envelope says what is wanted here before the resource, which may be large.
    private const int Head = 1500;

    private readonly string _read =
        $"""
        select position as Position, id as Id, type as Type, time as Time, {database.AsUtf8($"substr(body, 1, {Head})")} as Head, previous as Previous, parties as Parties, actor as Actor
        from event_log where resource_id = @id and position < @before order by position desc limit @limit
        """;

    /// <summary>The events of a resource that somebody may hear of, the newest first.</summary>
    /// <param name="resourceId">The resource.</param>
    /// <param name="sight">How much is seen.</param>
    /// <param name="before">The position before which they are; null for the newest.</param>
    /// <param name="limit">How many are looked at at most.</param>
    public async ValueTask<IReadOnlyList<PastEvent>> ListAsync(string resourceId, Sight sight, long? before, int limit)
    {
        var rows = await database.ReadAsync(session => session.ListAsync<Row>(
            _read, Parameters.Of("id", resourceId).With("before", before ?? long.MaxValue).With("limit", limit)));
        return [.. rows.Where(row => sight.Sees(EventParties.Parse(row.Parties)))
            .Select(row => new PastEvent(row.Position, row.Id, row.Type, DateTimeOffset.Parse(row.Time, System.Globalization.CultureInfo.InvariantCulture), FieldPathOf(row.Head), row.Previous, sight.SeesAll ? row.Actor ?? "" : ""))];
    }

    /// <summary>The attributes that an envelope names before its resource; empty where it names none.</summary>
    private static string FieldPathOf(ReadOnlySpan<byte> head)
    {
        var reader = new System.Text.Json.Utf8JsonReader(head, isFinalBlock: false, default);
        try
        {
            while (reader.Read() && reader.CurrentDepth < 2)
            {
                if (reader.TokenType == System.Text.Json.JsonTokenType.PropertyName && reader.ValueTextEquals("fieldPath"u8))
                    return reader.Read() ? reader.GetString() ?? "" : "";
            }
        }
        catch (System.Text.Json.JsonException)
        {
            // What cannot be read names nothing.
        }
        return "";
    }

    private sealed class Row
    {
        public required long Position { get; init; }

        public required string Id { get; init; }

        public required string Type { get; init; }

        public required string Time { get; init; }

        public required byte[] Head { get; init; }

        public string? Previous { get; init; }

        public string? Parties { get; init; }

        public string? Actor { get; init; }
    }
}

/// <summary>Something that has happened to a resource.</summary>
/// <param name="Position">Its place in the log.</param>
/// <param name="Id">The event's id.</param>
/// <param name="Type">The event's type.</param>
/// <param name="Time">When.</param>
/// <param name="FieldPath">The attributes that it is about; empty where the type does not name them.</param>
/// <param name="Previous">What the resource was before, as JSON, as far as it is kept; null where no state changed.</param>
/// <param name="Actor">Who made the change; empty where nobody knows, or it is not told.</param>
internal sealed record PastEvent(long Position, string Id, string Type, DateTimeOffset Time, string FieldPath, string? Previous, string Actor);
