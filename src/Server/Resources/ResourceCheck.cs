using Google.Protobuf;
using ServiceOrdering.Json;
using ServiceOrdering.Server.Storage;
using ServiceOrdering.Server.Storage.Integrity;

namespace ServiceOrdering.Server.Resources;

/// <summary>Rows of another table that follow from resources: its name, its rows as (id of the resource, what the row says), and which there should be.</summary>
internal sealed record Derived<T>(string Table, string Rows, Func<T, IEnumerable<string>> Of);

/// <summary>What is counted by state within resources, beside the resources themselves.</summary>
internal sealed record Counted<T>(string Resource, Func<T, IEnumerable<string>> StatesOf);

/// <summary>
/// Finds out whether the resources of a kind can be read, and whether what is kept beside their texts says the same: columns, values
/// of lists, rows of other tables, counts.
/// </summary>
internal sealed class ResourceCheck<T>(ResourceKind<T> kind, IEnumerable<Derived<T>> derived, IEnumerable<Counted<T>> counted) : IIntegrityCheck
    where T : class, IMessage<T>, new()
{
    // Between the values of columns, and for none: characters that no value has.
    private const char End = '\u001f';
    private const string None = "\u001e";

    private readonly IReadOnlyList<Derived<T>> _derived =
    [
        .. kind.Lists.Count == 0 ? Array.Empty<Derived<T>>() :
        [
            new Derived<T>($"{kind.Table}_value", $"select id, path || ' = ' || value from {kind.Table}_value",
                resource => kind.Lists.SelectMany(list => list.Value(resource).Distinct().Select(value => $"{list.Key} = {value}"))),
        ],
        .. derived,
    ];

    public async ValueTask CheckAsync(Session session, Findings findings, CancellationToken cancellationToken)
    {
        await findings.StartAsync(session, kind.Table);
        var comparisons = _derived.Select(each => (Derived: each, Rows: new RowComparison())).ToList();
        var counts = new Dictionary<(string Resource, string State), long>();
        await foreach (var row in StreamAsync(session))
        {
            cancellationToken.ThrowIfCancellationRequested();
            findings.Looked(row.Body.Length);
            if (Read(row, findings) is not { } resource)
                continue;
            Add(counts, kind.Name, kind.State(resource));
            foreach (var (resourceName, statesOf) in counted)
            {
                foreach (var state in statesOf(resource))
                    Add(counts, resourceName, state);
            }
            foreach (var (each, rows) in comparisons)
            {
                foreach (var expected in each.Of(resource))
                    rows.CountExpected(row.Id, expected);
            }
        }
        await CheckCountsAsync(session, counts, findings);
        foreach (var (each, rows) in comparisons)
            await CompareAsync(session, each, rows, findings, cancellationToken);
    }

    /// <summary>The resource, where its text is one; what it is not, or says otherwise than its columns, is a finding.</summary>
    private T? Read(Row row, Findings findings)
    {
        try
        {
            var resource = JsonFormat.Parse<T>(row.Body);
            if (kind.Id(resource) != row.Id)
                findings.Add($"{kind.Table} {row.Id}: its text is of '{kind.Id(resource)}'.");
            if (row.Version < 1)
                findings.Add($"{kind.Table} {row.Id}: its version is {row.Version}.");
            var kept = row.Columns.Split(End);
            for (var i = 0; i < kind.Columns.Count; i++)
            {
                var said = kind.Columns[i].Value(resource) ?? None;
                if (kept[i] != said)
                    findings.Add($"{kind.Table} {row.Id}: its column {kind.Columns[i].Name} has {Shown(kept[i])}, and its text says {Shown(said)}.");
            }
            return resource;
        }
        catch (Exception e) when (e is InvalidDataException or FormatException or ArgumentException or NullReferenceException or InvalidOperationException)
        {
            findings.Add($"{kind.Table} {row.Id}: its text cannot be read as a {kind.Name}: {e.Message}");
            return null;
        }
    }

    private async ValueTask CheckCountsAsync(Session session, Dictionary<(string Resource, string State), long> counts, Findings findings)
    {
        foreach (var resource in counted.Select(each => each.Resource).Prepend(kind.Name))
        {
            var kept = (await session.ListAsync<(string State, long Total)>("select state, total from resource_count where resource = @resource", Parameters.Of("resource", resource)))
                .ToDictionary(row => row.State, row => row.Total);
            foreach (var state in kept.Keys.Union(counts.Keys.Where(key => key.Resource == resource).Select(key => key.State)).Order(StringComparer.Ordinal))
            {
                var (total, actual) = (kept.GetValueOrDefault(state), counts.GetValueOrDefault((resource, state)));
                if (total != actual)
                    findings.Add($"resource_count: it says {total} of {resource} in the state '{state}', and there are {actual}.");
            }
        }
    }

    private async ValueTask CompareAsync(Session session, Derived<T> derivedRows, RowComparison rows, Findings findings, CancellationToken cancellationToken)
    {
        await findings.StartAsync(session, derivedRows.Table);
        await foreach (var (id, row) in session.StreamAsync<(string Id, string Row)>(derivedRows.Rows))
        {
            cancellationToken.ThrowIfCancellationRequested();
            findings.Looked(id.Length + row.Length);
            rows.CountFound(id, row);
        }
        if (!rows.IsDifferent)
            return;
        await foreach (var row in StreamAsync(session))
        {
            if (!rows.IsToCompare(row.Id) || Read(row, new Findings(0, new Progress<Storage.Transfer.TransferState>())) is not { } resource)
                continue;
            foreach (var expected in derivedRows.Of(resource))
                rows.Expect(row.Id, expected);
        }
        await foreach (var (id, row) in session.StreamAsync<(string Id, string Row)>(derivedRows.Rows))
        {
            if (rows.IsToCompare(id) && !rows.Find(id, row))
                findings.Add($"{derivedRows.Table}: it has '{row}' of the {kind.Table} {id}, which does not say so, is not there, or cannot be read.");
        }
        foreach (var (id, row) in rows.Missing)
            findings.Add($"{derivedRows.Table}: it lacks '{row}' of the {kind.Table} {id}.");
        if (rows.IsCut)
            findings.Add($"{derivedRows.Table}: more rows like these differ from what the {kind.Table} rows say.");
    }

    private IAsyncEnumerable<Row> StreamAsync(Session session) => session.StreamAsync<Row>(
        $"""
        select id as Id, version as Version, body as Body, {string.Join(" || @end || ", kind.Columns.Select(column => $"coalesce({column.Name}, @none)"))} as Columns
        from {kind.Table}
        """,
        Parameters.Of("end", End.ToString()).With("none", None));

    private static void Add(Dictionary<(string Resource, string State), long> counts, string resource, string state) =>
        counts[(resource, state)] = counts.GetValueOrDefault((resource, state)) + 1;

    private static string Shown(string value) => value == None ? "nothing" : $"'{value}'";

    private sealed class Row
    {
        public required string Id { get; init; }

        public required long Version { get; init; }

        public required string Body { get; init; }

        public required string Columns { get; init; }
    }
}
