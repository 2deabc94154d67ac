using System.Buffers;
using Grpc.Core;
using ServiceOrdering.Transcoding.Methods;

namespace ServiceOrdering.Transcoding;

/// <summary>
/// A way past the message for a service that has a resource as JSON text already: where the call came as plain HTTP, what
/// is written here is the body of the response, and nothing is parsed to be written again.
/// </summary>
public static class JsonBody
{
    /// <summary>
    /// Takes the body of the response: one JSON text in UTF-8, as <see cref="Json.JsonFormat"/> would write the field that the
    /// route's <c>response_body</c> names. That field stays unset. Whatever else the response has (an entity tag, say) is
    /// used as always. An error after the first byte discards what was written.
    /// </summary>
    /// <returns>Null where the answer does not go out as the JSON of one message: for a gRPC call, and for a list.</returns>
    public static IBufferWriter<byte>? Of(ServerCallContext context) => (context as TranscodedCallContext)?.JsonBody;
}
