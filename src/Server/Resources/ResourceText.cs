using System.Buffers;
using System.Text;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using ServiceOrdering.Server.Hosting;

namespace ServiceOrdering.Server.Resources;

/// <summary>A resource as it is stored, for answers that are JSON and show all of it.</summary>
internal sealed class ResourceText<T>(ResourceTable<T> table, ResourceView<T> view, AnswerBudget budget)
    where T : class, Google.Protobuf.IMessage<T>, new()
{
    /// <summary>Writes a resource with its href.</summary>
    /// <returns>The entity tag, and when it was changed last, where that is known.</returns>
    public async ValueTask<(string ETag, Timestamp? Changed)> WriteAsync(string id, IBufferWriter<byte> output, ServerCallContext context)
    {
        var (version, changed, body) = await table.GetTextAsync(id, context.Identity().Sight);
        var stored = new StoredText(id, body);
        if (!IsWhole(stored))
            throw new InvalidDataException($"The text of {id} is no resource.");
        budget.Take(body.Length, context);
        Write(stored, output, context);
        return (Stored<T>.ETagOf(version), TmfDate.Parse(changed));
    }

    /// <summary>
    /// Writes a resource with its href behind the id: what reading it and writing it again would give, for a fraction of the work.
    /// </summary>
    public void Write(StoredText stored, IBufferWriter<byte> output, ServerCallContext context)
    {
        var idEnd = IdEnd(stored.Id);
        output.Write(stored.Body.AsSpan(0, idEnd));
        Encoding.UTF8.GetBytes($",\"href\":\"{view.HrefOf(stored.Id, context)}\"", output);
        output.Write(stored.Body.AsSpan(idEnd));
    }

    /// <summary>Whether the text begins and ends as the resource's does. What is between them only a disk can have changed.</summary>
    public static bool IsWhole(StoredText stored)
    {
        Span<byte> id = stackalloc byte[64];
        return Encoding.UTF8.TryGetBytes(stored.Id, id, out var length)
            && stored.Body.AsSpan() is [(byte)'{', .., (byte)'}'] text
            && text.Length > IdEnd(stored.Id)
            && text.StartsWith("{\"id\":\""u8)
            && text["{\"id\":\"".Length..].StartsWith(id[..length])
            && text[IdEnd(stored.Id) - 1] == '"';
    }

    // Ids are the server's own: UUIDs, which need no escapes.
    private static int IdEnd(string id) => "{\"id\":\"\"".Length + id.Length;
}
