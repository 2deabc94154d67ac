using Google.Protobuf;
using ServiceOrdering.Json;

namespace ServiceOrdering.Server.Resources;

/// <summary>A resource and the version of it that its entity tag names.</summary>
internal sealed record Stored<T>(T Resource, long Version, bool Replayed = false)
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

/// <summary>A page of resources. The total is not counted, and null, where a token was given.</summary>
internal sealed record ResourcePage<T>(IReadOnlyList<T> Resources, long? TotalCount, string NextPageToken);
