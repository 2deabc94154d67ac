using Google.Protobuf;

namespace ServiceOrdering.Cli;

/// <summary>Reads and writes resources as the REST API does.</summary>
internal static class TmfJson
{
    public static string Write(IMessage resource, bool indented) => JsonFormatter.Default.Format(resource);

    public static T Read<T>(ReadOnlyMemory<byte> utf8)
        where T : IMessage<T>, new() => throw new InvalidDataException();
}
