using System.Buffers;
using System.Text;
using Google.Protobuf;
using ServiceOrdering.Json;
using ServiceOrdering.Query;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Resources;

/// <summary>
/// Resources of one kind in their table. What is particular to the kind runs within the same transaction: the callbacks
/// check what only the database knows, and append the events.
/// </summary>
internal sealed class ResourceStore<T>(Database database, ResourceKind<T> kind, TimeProvider time)
    where T : class, IMessage<T>, new()
{
    private readonly string _insert = $"insert into {kind.Table} (id, version, body) values (@id, 1, @body)";
    private readonly string _find = $"select version, body from {kind.Table} where id = @id";
    private readonly string _update = $"update {kind.Table} set version = version + 1, body = @body where id = @id and version = @version";
    private readonly string _delete = $"delete from {kind.Table} where id = @id";

    private readonly string _addValue = $"insert into {kind.Table}_value (path, value, id) values (@path, @value, @id)";
    private readonly string _removeValue = $"delete from {kind.Table}_value where path = @path and value = @value and id = @id";

    public Stored<T> Get(string id) => database.Read(session => Find(session, id)) ?? throw kind.NotFound(id);

    /// <summary>
    /// Writes a resource as it is stored, with its href behind the id: what reading it and writing it again would give, for
    /// a fraction of the work.
    /// </summary>
    /// <returns>The entity tag.</returns>
    public string CopyTo(IBufferWriter<byte> output, string id, string href)
    {
        var version = database.Read(session => session.Prepare(_find).With("@id", id).ReadFirst(row =>
        {
            var body = row.Utf8(1);
            // Ids are the server's own: UUIDs, which need no escapes.
            var idEnd = "{\"id\":\"\""u8.Length + id.Length;
            output.Write(body[..idEnd]);
            output.Write(",\"href\":\""u8);
            Encoding.UTF8.GetBytes(href, output);
            output.Write("\""u8);
            output.Write(body[idEnd..]);
            return row.Integer(0);
        }));
        return version == 0 ? throw kind.NotFound(id) : Stored<T>.ETagOf(version);
    }

    public Stored<T>? Find(Session session, string id) => session.Prepare(_find)
        .With("@id", id)
        .ReadFirst(row => new Stored<T>(JsonFormat.Parse<T>(row.Utf8(1)), row.Integer(0)));

    /// <summary>Creates a resource. The callback also gets the text that it is stored as.</summary>
    public Task<Stored<T>> CreateAsync(T resource, RequestId? requestId, Action<Session, T, ReadOnlyMemory<byte>> within, CancellationToken cancellationToken)
    {
        var body = JsonFormat.ToUtf8Bytes(resource);
        return database.WriteAsync(session =>
        {
            if (requestId is not null && RequestIds.FindAnswer<T>(session, kind.Name, requestId, time.GetUtcNow()) is { } answer)
                return answer;

            session.Prepare(_insert).With("@id", kind.Id(resource)).WithUtf8("@body", body).Execute();
            Count(session, resource, 1);
            KeepLists(session, null, resource);
            if (requestId is not null)
                RequestIds.Add(session, kind.Name, requestId, body, time.GetUtcNow());
            within(session, resource, body);
            return new Stored<T>(resource, 1);
        }, cancellationToken);
    }

    /// <summary>
    /// Changes a resource: compare-and-set on its version. The change is made of what a reader sees, so that the writer has
    /// little to do; only where someone else was faster does the writer make it again, of what is there then.
    /// </summary>
    public async Task<Stored<T>> UpdateAsync(
        string id, string etag, Func<T, T> change, Action<Session, T, T> within, CancellationToken cancellationToken)
    {
        var prepared = Change(Get(id), id, etag, change);
        return await database.WriteAsync(session =>
        {
            var current = session.Prepare(_find).With("@id", id).ReadFirst(row => row.Integer(0));
            var (before, after) = current == prepared.Before.Version
                ? prepared
                : Change(Find(session, id) ?? throw kind.NotFound(id), id, etag, change);
            if (before.Resource.Equals(after))
                return before;

            session.Prepare(_update)
                .With("@id", id)
                .With("@version", before.Version)
                .WithUtf8("@body", JsonFormat.ToUtf8Bytes(after))
                .Execute();
            if (kind.State(before.Resource) != kind.State(after))
            {
                Count(session, before.Resource, -1);
                Count(session, after, 1);
            }
            KeepLists(session, before.Resource, after);
            within(session, before.Resource, after);
            return new Stored<T>(after, before.Version + 1);
        }, cancellationToken);
    }

    public Task<bool> DeleteAsync(string id, string etag, Action<Session, T> within, CancellationToken cancellationToken) => database.WriteAsync(session =>
    {
        var stored = Find(session, id) ?? throw kind.NotFound(id);
        if (!EntityTag.Matches(etag, stored.ETag))
            throw kind.Changed(id, stored.ETag);

        within(session, stored.Resource);
        session.Prepare(_delete).With("@id", id).Execute();
        Count(session, stored.Resource, -1);
        KeepLists(session, stored.Resource, null);
        return true;
    }, cancellationToken);

    public ResourcePage<T> List(ResourceQuery query, CancellationToken cancellationToken) => database.ReadConsistently(session =>
    {
        using var cancellation = session.CancelWith(cancellationToken);
        using var statement = Page(session, query);
        var resources = statement.Read(row => JsonFormat.Parse<T>(row.Utf8(0)));
        var total = query.After is null ? Total(session, query, resources.Count) : (int?)null;
        if (resources.Count <= query.Limit)
            return new ResourcePage<T>(resources, total, "");
        resources.RemoveAt(query.Limit);
        if (query.Sort is not null || resources.Count == 0)
            return new ResourcePage<T>(resources, total, "");
        var last = resources[^1];
        return new ResourcePage<T>(resources, total, new PagePlace(kind.Date(last), kind.Id(last)).ToToken(query.Fingerprint));
    });

    /// <summary>How the database finds a page: its own words, for those who look after indexes.</summary>
    public IReadOnlyList<string> Explain(ResourceQuery query) => database.Read(session =>
    {
        using var statement = Page(session, query, "explain query plan ");
        return statement.Read(row => row.Text(3));
    });

    private Statement Page(Session session, ResourceQuery query, string prefix = "")
    {
        var filter = SqliteDialect.Instance.Translate(query.Filter, kind.Columns);
        var order = query.Sort is null
            ? new SqlOrder($"{kind.DateColumn} desc, id", [])
            : SqliteDialect.Instance.Translate(query.Sort, kind.Columns);
        // Both halves together are "behind the place"; the first alone is what an index can seek to.
        var after = query.After is null ? "" : $" and {kind.DateColumn} <= @date and ({kind.DateColumn} < @date or id > @id)";
        // The inner query finds the page, in an index where there is one; bodies are read for the page only. One more than
        // the page tells whether it is the last.
        var statement = session.Compile(
            $"""
            {prefix}select body
            from (select rowid as found from {kind.Table} where {filter.Where}{after} order by {order.OrderBy} limit @limit offset @offset)
            join {kind.Table} on {kind.Table}.rowid = found
            order by {order.OrderBy}
            """)
            .With(filter.Parameters)
            .With(order.Parameters)
            .With("@limit", query.Limit + 1)
            .With("@offset", query.Offset);
        return query.After is null ? statement : statement.With("@date", query.After.Date).With("@id", query.After.Id);
    }

    /// <summary>
    /// How many match. A page that holds the last of them tells; counts by state are kept, so that the two questions asked
    /// most cost the same however many there are; anything else is counted.
    /// </summary>
    private int Total(Session session, ResourceQuery query, int read)
    {
        if (read <= query.Limit && (read > 0 || query.Offset == 0))
            return query.Offset + read;
        var filter = query.Filter;
        if (filter.IsAll)
        {
            return (int)session.Prepare("select coalesce(sum(total), 0) from resource_count where resource = @resource")
                .With("@resource", kind.Name)
                .ReadFirst(row => row.Integer(0));
        }
        if (filter.TryGetOnlyValues("state", out var states))
        {
            return (int)states.Sum(state => session.Prepare("select total from resource_count where resource = @resource and state = @state")
                .With("@resource", kind.Name)
                .With("@state", state)
                .ReadFirst(row => row.Integer(0)));
        }
        var where = SqliteDialect.Instance.Translate(filter, kind.Columns);
        using var statement = session.Compile($"select count(*) from {kind.Table} where {where.Where}").With(where.Parameters);
        return (int)statement.ReadFirst(row => row.Integer(0));
    }

    private (Stored<T> Before, T After) Change(Stored<T> before, string id, string etag, Func<T, T> change) =>
        EntityTag.Matches(etag, before.ETag) ? (before, change(before.Resource)) : throw kind.Changed(id, before.ETag);

    private void KeepLists(Session session, T? before, T? after)
    {
        foreach (var (path, values) in kind.Lists)
        {
            var (old, current) = (ValuesOf(before), ValuesOf(after));
            foreach (var value in old.Except(current))
                session.Prepare(_removeValue).With("@path", path).With("@value", value).With("@id", kind.Id(before!)).Execute();
            foreach (var value in current.Except(old))
                session.Prepare(_addValue).With("@path", path).With("@value", value).With("@id", kind.Id(after!)).Execute();

            HashSet<string> ValuesOf(T? resource) => resource is null ? [] : [.. values(resource)];
        }
    }

    private void Count(Session session, T resource, int change) =>
        session.Prepare(
            """
            insert into resource_count (resource, state, total) values (@resource, @state, @change)
            on conflict (resource, state) do update set total = total + excluded.total
            """)
            .With("@resource", kind.Name)
            .With("@state", kind.State(resource))
            .With("@change", change)
            .Execute();
}
