using System.Text;
using System.Text.Json;
using ServiceOrdering.Server.Storage;
using ServiceOrdering.Server.Storage.Integrity;

namespace ServiceOrdering.Server.Events;

/// <summary>Finds out whether the log has no hole between its oldest and its newest event, and whether each can be told.</summary>
internal sealed class EventLogCheck(EventTypes types) : IIntegrityCheck
{
    public async ValueTask CheckAsync(Session session, Findings findings, CancellationToken cancellationToken)
    {
        await findings.StartAsync(session, "event_log");
        var bounds = await EventLog.BoundsAsync(session);
        var newest = 0L;
        await foreach (var row in session.StreamAsync<Row>($"{EventLog.Rows(types, text => text)} order by position"))
        {
            cancellationToken.ThrowIfCancellationRequested();
            findings.Looked(row.Body.Length);
            // The oldest go with time.
            if (newest > 0 && row.Position != newest + 1)
                findings.Add($"event_log: {(row.Position == newest + 2 ? $"position {newest + 1} is" : $"positions {newest + 1} to {row.Position - 1} are")} missing.");
            newest = row.Position;
            if (Problem(row) is { } problem)
                findings.Add($"event_log: the {row.Type} {row.Id} at position {row.Position} {problem}");
        }
        if (newest > 0 && newest != bounds.Last)
            findings.Add($"event_position: the last position is {bounds.Last}, and the newest event of the log has {newest}.");
        foreach (var resource in types.Resources)
            await CheckCreationsAsync(session, resource, bounds, findings);
    }

    private string? Problem(Row row)
    {
        try
        {
            if (row.Gap is { } gap && row.Text is null)
                return $"leaves out the text of the {row.Resource} {row.ResourceId}, which is not there (gap at {gap}).";
            var body = row.Gap is { } at ? string.Concat(row.Body.AsSpan(0, (int)at), row.Text, row.Body.AsSpan((int)at)) : row.Body;
            types.Read(row.Type, Encoding.UTF8.GetBytes(body), "");
            foreach (var (name, text) in new[] { ("previous", row.Previous), ("parties", row.Parties) })
            {
                if (text is not null && !IsJson(text))
                    return $"has no JSON in its column {name}.";
            }
            return null;
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException or NullReferenceException or InvalidOperationException)
        {
            return $"cannot be read: {e.Message}";
        }
    }

    // An order that has not changed since is all that its creation's event has for a text.
    private static async ValueTask CheckCreationsAsync(Session session, WatchedResource resource, EventLogBounds bounds, Findings findings)
    {
        var lost = await session.ListAsync<(string Id, long Position)>(
            $"""
            select id, created_position from {resource.Table}
            where version = 1 and created_position >= @oldest
                and not exists (select 1 from event_log where position = created_position and resource_id = {resource.Table}.id)
            order by id limit 1000
            """,
            Parameters.Of("oldest", bounds.Oldest));
        foreach (var (id, position) in lost)
            findings.Add($"{resource.Table} {id}: the log does not tell of its creation at position {position}.");
    }

    private static bool IsJson(string text)
    {
        try
        {
            using var parsed = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private sealed class Row
    {
        public required long Position { get; init; }

        public required string Id { get; init; }

        public required string Type { get; init; }

        public required string Resource { get; init; }

        public required string ResourceId { get; init; }

        public required string Body { get; init; }

        public long? Gap { get; init; }

        public string? Previous { get; init; }

        public string? Parties { get; init; }

        public string? Text { get; init; }
    }
}
