using Google.Protobuf;
using Grpc.Core;
using ServiceOrdering.Query;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Resources;

/// <summary>An attribute that has a column of its own, since it is filtered or sorted by often.</summary>
/// <param name="Path">The attribute, as JSON has it: <c>serviceSpecification.id</c>; null for what lists are ordered by and nobody filters by.</param>
/// <param name="Name">The column.</param>
/// <param name="Value">What the column holds for a resource: a text, or null.</param>
internal sealed record Column<T>(string? Path, string Name, Func<T, string?> Value);

/// <summary>What follows from every change of a resource, in the same write. Before is null at creation, after at deletion.</summary>
internal delegate ValueTask Follower<T>(Write write, T? before, Draft<T>? after)
    where T : class, IMessage<T>, new();

/// <summary>What a table must know of the resources that it holds.</summary>
/// <param name="Name">Name in the standard's spelling: <c>serviceOrder</c>.</param>
/// <param name="Table">Its table, with the columns id, version and body beside <paramref name="Columns"/>.</param>
/// <param name="Route">Where a resource is found over REST, for its href.</param>
/// <param name="Columns">Attributes that have a column; the state and the date that lists are ordered by are among them.</param>
/// <param name="DateColumn">The column that a list is ordered by, newest first.</param>
/// <param name="Id">The resource's id.</param>
/// <param name="State">The resource's state, as JSON has it.</param>
/// <param name="NotFound">Refusal for an id that is not there.</param>
/// <param name="Changed">Refusal for an entity tag that is not the current one: id and current tag; null where clients change none.</param>
internal sealed record ResourceKind<T>(
    string Name,
    string Table,
    string Route,
    IReadOnlyList<Column<T>> Columns,
    string DateColumn,
    Func<T, string> Id,
    Func<T, string> State,
    Func<string, RpcException> NotFound,
    Func<string, string, RpcException>? Changed)
    where T : class, IMessage<T>, new()
{
    /// <summary>
    /// Attributes of which a resource has many values, and that are asked for often: their paths, and the values that a
    /// resource has. They are kept in a table of their own, named as the resource's with <c>_value</c> behind.
    /// </summary>
    public IReadOnlyDictionary<string, Func<T, IEnumerable<string>>> Lists { get; init; } = new Dictionary<string, Func<T, IEnumerable<string>>>();

    /// <summary>What else follows from a change, in this order: relations, events.</summary>
    public IReadOnlyList<Follower<T>> Followers { get; init; } = [];

    /// <summary>What those see who do not see everything. Default: nothing where they are bound to a party, else all.</summary>
    public Visibility<T> Visibility { get; init; } = Visibility<T>.NoParty;

    /// <summary>What a statement has to ask for besides, with <c>and</c> before it, to find only what somebody sees; nothing where that is everything.</summary>
    public string Seen(Sight sight) => sight.SeesAll ? ""
        : sight.Party is not null ? $" and {Visibility.OfParty}"
        : Visibility.OfOutside is { } outside ? $" and {outside}"
        : "";

    /// <summary>Where filters find the attributes.</summary>
    public SqlColumns SqlColumns => field ??= new SqlColumns("body", Columns.Append(new Column<T>("id", "id", Id)).Where(column => column.Path is not null).ToDictionary(column => column.Path!, column => column.Name))
    {
        Lists = Lists.Keys.ToDictionary(path => path, path => new SqlValues($"{Table}_value", $"path = '{path}'", "id", "value")),
    };

    public ResourceSchema Schema { get; } = ResourceSchema.For(new T().Descriptor);

    /// <summary>The resource's value of the date column.</summary>
    public string Date(T resource) => Columns.First(column => column.Name == DateColumn).Value(resource)!;
}
