using Google.Protobuf;
using Grpc.Core;
using ServiceOrdering.Query;

namespace ServiceOrdering.Server.Resources;

/// <summary>What the common paths of create, read, list, change and delete must know of a resource.</summary>
/// <param name="Name">Name in the standard's spelling: <c>serviceOrder</c>.</param>
/// <param name="Table">Its table, with the columns id, version, body and state beside those of <paramref name="Attributes"/>.</param>
/// <param name="Attributes">Attributes that have a column.</param>
/// <param name="DateColumn">The column that a list is ordered by, newest first.</param>
/// <param name="Id">The resource's id.</param>
/// <param name="State">The resource's state, as JSON has it.</param>
/// <param name="Date">The resource's value of the date column.</param>
/// <param name="NotFound">Refusal for an id that is not there.</param>
/// <param name="Changed">Refusal for an entity tag that is not the current one: id and current tag.</param>
internal sealed record ResourceKind<T>(
    string Name,
    string Table,
    IReadOnlyDictionary<string, string> Attributes,
    string DateColumn,
    Func<T, string> Id,
    Func<T, string> State,
    Func<T, string> Date,
    Func<string, RpcException> NotFound,
    Func<string, string, RpcException> Changed)
    where T : class, IMessage<T>, new()
{
    public SqlColumns Columns { get; } = new("body", Attributes);

    public ResourceSchema Schema { get; } = ResourceSchema.For(new T().Descriptor);
}

/// <summary>A resource and the version of it that its entity tag names.</summary>
internal sealed record Stored<T>(T Resource, long Version, bool Replayed = false)
{
    public string ETag => ETagOf(Version);

    public static string ETagOf(long version) => $"\"{version}\"";
}

/// <summary>A page of resources. The total is not counted where a token was given.</summary>
internal sealed record ResourcePage<T>(IReadOnlyList<T> Resources, int TotalCount, string NextPageToken);
