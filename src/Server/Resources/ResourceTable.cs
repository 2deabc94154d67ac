using System.Text.Json;
using Google.Protobuf;
using ServiceOrdering.Json;
using ServiceOrdering.Query;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Resources;

/// <summary>Resources of one kind in their table: the one way to find, list and write them.</summary>
internal sealed class ResourceTable<T>
    where T : class, IMessage<T>, new()
{
    private readonly Database _database;
    private readonly ResourceKind<T> _kind;
    private readonly string _textOf;
    private readonly string _insert;
    private readonly string _find;
    private readonly string _update;
    private readonly string _delete;
    private readonly string _keepCreation;
    private readonly string _addValue;
    private readonly string _removeValue;

    private readonly List<Follower<T>> _followers;

    // Both halves together are "behind the place"; the first alone is what an index can seek to.
    private string After => $" and {_kind.DateColumn} <= @date and ({_kind.DateColumn} < @date or id < @id)";

    /// <param name="database">The database.</param>
    /// <param name="kind">What is kept.</param>
    /// <param name="others">What other capabilities let follow from a change, after what is of the kind itself.</param>
    public ResourceTable(Database database, ResourceKind<T> kind, IEnumerable<Follower<T>> others)
    {
        _followers = [.. kind.Followers, .. others];
        _database = database;
        _kind = kind;
        _textOf = database.AsUtf8($"(select body from {kind.Table} where id = value)");
        var names = kind.Columns.Select(column => column.Name).ToList();
        _insert = $"insert into {kind.Table} (id, version, created_position, changed, {string.Join(", ", names)}, body) values (@id, 1, @position, @changed, {string.Join(", ", names.Select(name => "@" + name))}, {database.FromUtf8("@body")})";
        _find = $"select version, changed, {database.AsUtf8("body")} as Body from {kind.Table} where id = @id";
        _update = $"update {kind.Table} set version = version + 1, changed = @changed, {string.Join(", ", names.Select(name => $"{name} = @{name}"))}, body = {database.FromUtf8("@body")} where id = @id and version = @version";
        _delete = $"delete from {kind.Table} where id = @id and version = @version";
        // What the log tells of the creation without repeating it, it has to say before the text is gone.
        _keepCreation =
            $"""
            update event_log set body = substr(body, 1, gap) || (select body from {kind.Table} where id = @id) || substr(body, gap + 1), gap = null
            where position = (select created_position from {kind.Table} where id = @id and version = 1) and resource_id = @id and gap is not null
            """;
        _addValue = $"insert into {kind.Table}_value (path, value, id) values (@path, @value, @id)";
        _removeValue = $"delete from {kind.Table}_value where path = @path and value = @value and id = @id";
    }

    /// <summary>What is not seen is not there.</summary>
    public ValueTask<Stored<T>> GetAsync(string id, Sight sight) => _database.ReadAsync(session => GetAsync(session, id, sight));

    public async ValueTask<Stored<T>> GetAsync(Session session, string id, Sight sight) => await FindAsync(session, id, sight) ?? throw _kind.NotFound(id);

    public async ValueTask<Stored<T>?> FindAsync(Session session, string id, Sight sight) =>
        await session.FindAsync<(long Version, string? Changed, byte[] Body)>(_find + _kind.Seen(sight), Parameters.Of("id", id).With(sight)) is { Body: { } body } row
            ? new Stored<T>(JsonFormat.Parse<T>(body), row.Version, body.Length, TmfDate.Parse(row.Changed))
            : null;

    /// <summary>A resource that a change was meant for, if its entity tag is one of those that the caller knows.</summary>
    public async ValueTask<Stored<T>> GetAsync(string id, string etag, Sight sight)
    {
        var stored = await GetAsync(id, sight);
        return EntityTag.Matches(etag, stored.ETag) ? stored : throw _kind.Changed!(id, stored.ETag);
    }

    /// <summary>The text that a resource is stored as, its version, and when it was changed last.</summary>
    public async ValueTask<(long Version, string? Changed, byte[] Body)> GetTextAsync(string id, Sight sight)
    {
        var row = await _database.ReadAsync(session => session.FindAsync<(long Version, string? Changed, byte[]? Body)>(
            _find + _kind.Seen(sight), Parameters.Of("id", id).With(sight)));
        return row.Body is null ? throw _kind.NotFound(id) : (row.Version, row.Changed, row.Body);
    }

    /// <summary>
    /// Writes a resource, and all that follows from it. Whoever is bound to a party writes what names the party, before and after.
    /// </summary>
    /// <param name="write">The write that this is a part of.</param>
    /// <param name="before">The resource as it was read; null to create it.</param>
    /// <param name="after">The resource as it shall be; null to delete it.</param>
    /// <exception cref="ConflictException">It is no longer as it was read.</exception>
    public async ValueTask<Stored<T>> WriteAsync(Write write, Stored<T>? before, Draft<T>? after)
    {
        CheckSeen(write.Caller.Sight, before, after);
        if (before is { Version: 1 })
            await write.Session.SendAsync(_keepCreation, Parameters.Of("id", _kind.Id(before.Resource)));
        var now = TmfDate.Of(write.Now);
        if (before is null)
            await write.Session.SendAsync(_insert, Values(after!, 0, now).With("position", write.UpcomingPosition));
        else if (after is null)
            await write.Session.SendAsync(_delete, Parameters.Of("id", _kind.Id(before.Resource)).With("version", before.Version), expect: 1);
        else
            await write.Session.SendAsync(_update, Values(after, before.Version, now), expect: 1);

        Count(write, before?.Resource, after?.Resource);
        await KeepListsAsync(write, before?.Resource, after?.Resource);
        foreach (var follower in _followers)
            await follower(write, before?.Resource, after);
        return after is null ? before! : new Stored<T>(after.Resource, (before?.Version ?? 0) + 1, after.Body.Length, now);
    }

    /// <summary>Reads a page, which ends early where it would be larger than there is room for; it has one resource at least.</summary>
    /// <param name="query">Which page.</param>
    /// <param name="read">What the page has of a resource, and how many bytes that is.</param>
    /// <param name="room">How many bytes the page may have.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public ValueTask<ResourcePage<TRow>> ListAsync<TRow>(
        ResourceQuery query, Func<StoredText, (TRow Row, int Size)> read, int room, CancellationToken cancellationToken) => _database.ScanAsync(async session =>
    {
        var (sql, parameters) = Page(session.Dialect, query);
        var found = await session.ListAsync<(string Id, string Date)>(sql, parameters);
        var total = query.After is null ? await TotalAsync(session, query, found.Count) : (long?)null;
        var rows = new List<TRow>();
        var size = 0;
        // Texts come one by one, in the order of their ids here, and those beyond the room not at all.
        var ids = JsonSerializer.Serialize(found.Take(query.Limit).Select(row => row.Id));
        await foreach (var text in session.StreamAsync<(string Id, byte[] Body)>($"select value, {_textOf} from ({session.Each("@ids")}) wanted", Parameters.Of("ids", ids)))
        {
            var (row, bytes) = read(new StoredText(text.Id, text.Body));
            if (rows.Count > 0 && size + bytes > room)
                break;
            rows.Add(row);
            size += bytes;
        }
        // Behind the last one of another order there is no place that a token could stand for.
        var hasToken = rows.Count > 0 && rows.Count < found.Count && query.Sort is null;
        return new ResourcePage<TRow>(rows, total, hasToken ? new PagePlace(found[rows.Count - 1].Date, found[rows.Count - 1].Id).ToToken(query.Fingerprint) : "", size);
    }, Unindexed(query), cancellationToken);

    /// <summary>The places of a page's resources alone.</summary>
    public ValueTask<List<PagePlace>> PlacesAsync(ResourceQuery query, CancellationToken cancellationToken) => _database.ScanAsync(async session =>
    {
        var (sql, parameters) = Page(session.Dialect, query);
        return (await session.ListAsync<(string Id, string Date)>(sql, parameters)).Take(query.Limit).Select(row => new PagePlace(row.Date, row.Id)).ToList();
    }, Unindexed(query), cancellationToken);

    /// <summary>How many there are behind a query's place, all of them counted.</summary>
    public ValueTask<long> CountAsync(ResourceQuery query, CancellationToken cancellationToken) => _database.ScanAsync(async session =>
    {
        var filter = session.Dialect.Translate(query.Filter, _kind.SqlColumns);
        var parameters = Parameters.Of(filter.Parameters).With("date", query.After!.Date).With("id", query.After.Id);
        return await session.FindAsync<long>($"select count(*) from {_kind.Table} where {filter.Where}{After}{_kind.Seen(query.Sight)}", parameters.With(query.Sight));
    }, Unindexed(query), cancellationToken);

    /// <summary>How many somebody sees, by state; of all that there are count is kept with every write.</summary>
    public async ValueTask<IReadOnlyDictionary<string, long>> CountByStateAsync(Sight sight)
    {
        var seen = _kind.Seen(sight);
        var (sql, parameters) = seen.Length == 0
            ? ("select state, total from resource_count where resource = @resource", Parameters.Of("resource", _kind.Name))
            : ($"select state, count(*) from {_kind.Table} where 1 = 1{seen} group by state", new Parameters().With(sight));
        return (await _database.ReadAsync(session => session.ListAsync<(string State, long Total)>(sql, parameters))).ToDictionary(row => row.State, row => row.Total);
    }

    /// <summary>What a page is looked for by that has no index.</summary>
    private IReadOnlyList<string> Unindexed(ResourceQuery query) =>
    [
        .. query.Filter.Paths.Where(path => !_kind.SqlColumns.Attributes.ContainsKey(path) && !_kind.SqlColumns.Lists.ContainsKey(path)),
        // The indexes are for lists in the order of their dates.
        .. query.Sort?.Paths ?? [],
    ];

    /// <summary>
    /// The statement that finds a page, in an index where there is one: ids and dates, so that nothing larger is sorted. One more
    /// than the page tells whether it is the last.
    /// </summary>
    internal (string Sql, Parameters Parameters) Page(SqlDialect dialect, ResourceQuery query)
    {
        var filter = dialect.Translate(query.Filter, _kind.SqlColumns);
        var order = query.Sort is null ? new SqlOrder($"{_kind.DateColumn} desc nulls last, id desc", []) : dialect.Translate(query.Sort, _kind.SqlColumns);
        var after = query.After is null ? "" : After;
        var parameters = Parameters.Of(filter.Parameters, order.Parameters).With("limit", query.Limit + 1).With("offset", query.Offset);
        if (query.After is not null)
            parameters.With("date", query.After.Date).With("id", query.After.Id);
        return (
            $"select id, {_kind.DateColumn} from {_kind.Table} where {filter.Where}{after}{_kind.Seen(query.Sight)} order by {order.OrderBy} limit @limit offset @offset",
            parameters.With(query.Sight));
    }

    /// <summary>
    /// How many match. A page that holds the last of them tells; counts by state are kept, so that the two questions asked
    /// most cost the same however many there are; anything else is counted.
    /// </summary>
    private async ValueTask<long> TotalAsync(Session session, ResourceQuery query, int read)
    {
        if (read <= query.Limit && (read > 0 || query.Offset == 0))
            return query.Offset + read;
        var seen = _kind.Seen(query.Sight);
        if (seen.Length == 0 && query.Filter.IsAll)
            return await session.FindAsync<long>("select cast(coalesce(sum(total), 0) as bigint) from resource_count where resource = @resource", Parameters.Of("resource", _kind.Name));
        if (seen.Length == 0 && query.Filter.TryGetOnlyValues("state", out var states))
        {
            var total = 0L;
            foreach (var state in states)
                total += await session.FindAsync<long>("select total from resource_count where resource = @resource and state = @state", Parameters.Of("resource", _kind.Name).With("state", state));
            return total;
        }
        var where = session.Dialect.Translate(query.Filter, _kind.SqlColumns);
        return await session.FindAsync<long>($"select count(*) from {_kind.Table} where {where.Where}{seen}", Parameters.Of(where.Parameters).With(query.Sight));
    }

    private void CheckSeen(Sight sight, Stored<T>? before, Draft<T>? after)
    {
        if (sight.Party is null)
            return;
        if (before is not null && _kind.Visibility.Missing(before.Resource, sight).Any())
            throw _kind.NotFound(_kind.Id(before.Resource));
        // Stores have said so before, by the name that the request has for the field.
        if (after is not null && _kind.Visibility.Missing(after.Resource, sight).ToList() is { Count: > 0 } missing)
            throw ApiErrors.RequestInvalid(missing);
    }

    private Parameters Values(Draft<T> draft, long version, Google.Protobuf.WellKnownTypes.Timestamp changed)
    {
        var parameters = Parameters.Of("id", _kind.Id(draft.Resource)).With("version", version).With("changed", TmfDate.Text(changed)).With("body", draft.Body);
        foreach (var column in _kind.Columns)
            parameters.With(column.Name, column.Value(draft.Resource));
        return parameters;
    }

    private void Count(Write write, T? before, T? after)
    {
        if (before is not null)
            write.Count(_kind.Name, _kind.State(before), -1);
        if (after is not null)
            write.Count(_kind.Name, _kind.State(after), 1);
    }

    private async ValueTask KeepListsAsync(Write write, T? before, T? after)
    {
        foreach (var (path, values) in _kind.Lists)
        {
            HashSet<string> old = before is null ? [] : [.. values(before)];
            HashSet<string> current = after is null ? [] : [.. values(after)];
            if (old.Count + current.Count == 0)
                continue;
            foreach (var value in old.Except(current))
                await write.Session.SendAsync(_removeValue, Parameters.Of("path", path).With("value", value).With("id", _kind.Id(before!)), expect: 1);
            foreach (var value in current.Except(old))
                await write.Session.SendAsync(_addValue, Parameters.Of("path", path).With("value", value).With("id", _kind.Id(after!)));
        }
    }
}
