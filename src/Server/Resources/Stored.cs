using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using ServiceOrdering.Json;

namespace ServiceOrdering.Server.Resources;

/// <summary>
/// A resource, the version of it that its entity tag names, how many bytes its text has, and when it was changed last, where that
/// is known.
/// </summary>
internal sealed record Stored<T>(T Resource, long Version, int Size, Timestamp? Changed = null, bool Replayed = false)
{
    public string ETag => ETagOf(Version);

    public static string ETagOf(long version) => $"\"{version}\"";
}

/// <summary>A resource on its way into the table, with the text that it is stored as: made before the writer's turn.</summary>
internal sealed class Draft<T>(T resource)
    where T : class, IMessage<T>, new()
{
    public T Resource => resource;

    public byte[] Body { get; } = JsonFormat.ToUtf8Bytes(resource);
}

/// <summary>The text that a resource is stored as.</summary>
internal sealed record StoredText(string Id, byte[] Body);

/// <summary>A page of resources, and its bytes. The total is not counted, and null, where a token was given.</summary>
internal sealed record ResourcePage<T>(IReadOnlyList<T> Resources, long? TotalCount, string NextPageToken, int Size);
