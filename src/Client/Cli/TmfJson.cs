using System.Text;
using Google.Protobuf;
using ServiceOrdering.Json;

namespace ServiceOrdering.Cli;

/// <summary>Reads resources exactly as the REST API does.</summary>
internal static class TmfJson
{
    /// <summary>Reads a request body. What only the server sets is skipped.</summary>
    /// <exception cref="UnfitJsonException">The text is not JSON, or members of it do not fit.</exception>
    public static T Read<T>(ReadOnlySpan<byte> utf8, string source)
        where T : IMessage<T>, new()
    {
        var resource = new T();
        var result = JsonFormat.Read(utf8, resource, JsonSource.Request);
        return result.Succeeded ? resource : throw new UnfitJsonException(source, result);
    }

    /// <summary>A value on one line.</summary>
    public static string Text(IMessage value) => Encoding.UTF8.GetString(JsonFormat.ToUtf8Bytes(value));
}

/// <summary>A JSON text that cannot be sent.</summary>
internal sealed class UnfitJsonException(string source, JsonReadResult result)
    : Exception($"{source}: {result.Malformation?.Message ?? "some members do not fit."}")
{
    /// <summary>The members that do not fit, each with its JSON Pointer.</summary>
    public IReadOnlyList<JsonViolation> Violations => result.Violations;
}
