using System.Buffers;
using System.Text;
using Grpc.Core;

namespace ServiceOrdering.Server.Resources;

/// <summary>A resource as it is stored, for answers that are JSON and show all of it.</summary>
internal sealed class ResourceText<T>(ResourceTable<T> table, ResourceView<T> view)
    where T : class, Google.Protobuf.IMessage<T>, new()
{
    /// <summary>
    /// Writes a resource with its href behind the id: what reading it and writing it again would give, for a fraction of the work.
    /// </summary>
    /// <returns>The entity tag.</returns>
    public async ValueTask<string> WriteAsync(string id, IBufferWriter<byte> output, ServerCallContext context)
    {
        var (version, body) = await table.GetTextAsync(id);
        // Ids are the server's own: UUIDs, which need no escapes.
        var idEnd = "{\"id\":\"\"".Length + id.Length;
        output.Write(body.AsSpan(0, idEnd));
        Encoding.UTF8.GetBytes($",\"href\":\"{view.HrefOf(id, context)}\"", output);
        output.Write(body.AsSpan(idEnd));
        return Stored<T>.ETagOf(version);
    }
}
