using System.Buffers;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using ServiceOrdering.Json;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Hosting;

namespace ServiceOrdering.Server.Resources;

/// <summary>
/// Pages of resources: as messages, or as the texts that they are stored as. A page is bounded in bytes and is read at once, so
/// that nobody who is slow to take it holds up the database; what it takes until then is a share of what all lists have.
/// </summary>
internal sealed partial class ResourceList<T>(
    ResourceTable<T> table, ResourceText<T> texts, ResourceKind<T> kind, AnswerBudget budget, ErrorLogLimit limit, ILogger<ResourceList<T>> logger)
    where T : class, IMessage<T>, new()
{
    // A tag and a length.
    private const int MessageOverhead = 8;

    // An array, its object and a reference to that; the href is written on the way out.
    private const int TextOverhead = 64;

    // Objects take several times the bytes that they are sent as.
    private const int MemoryOfMessages = 4;

    private readonly FieldDescriptor _id = kind.Schema.Message.FindFieldByName("id");

    /// <param name="query">Which page.</param>
    /// <param name="show">Gives a resource the form that was asked for.</param>
    /// <param name="context">The call, which keeps the page's memory until it is answered.</param>
    public async ValueTask<ResourcePage<TShown>> ReadAsync<TShown>(ResourceQuery query, Func<T, TShown> show, ServerCallContext context)
        where TShown : IMessage
    {
        var share = await budget.TakePageAsync(context);
        var page = await table.ListAsync(
            query,
            stored =>
            {
                var shown = show(Parse(stored));
                return (shown, shown.CalculateSize() + MessageOverhead);
            },
            AnswerBudget.LargestPage,
            context.CancellationToken);
        share.Shrink((long)page.Size * MemoryOfMessages);
        return page;
    }

    /// <summary>The same for answers that are JSON and show all of each resource.</summary>
    /// <param name="query">Which page.</param>
    /// <param name="context">The call, which keeps the page's memory until it is answered.</param>
    public async ValueTask<ResourcePage<StoredText>> ReadTextsAsync(ResourceQuery query, ServerCallContext context)
    {
        var share = await budget.TakePageAsync(context);
        var page = await ReadTextsAsync(query, context.CancellationToken);
        share.Shrink(page.Size);
        return page;
    }

    /// <summary>The same for a page whose memory the caller has taken.</summary>
    public ValueTask<ResourcePage<StoredText>> ReadTextsAsync(ResourceQuery query, CancellationToken cancellationToken) => table.ListAsync(
        query,
        stored => (IsReadable(stored) ? stored : Unreadable(stored), stored.Body.Length + TextOverhead),
        AnswerBudget.LargestPage,
        cancellationToken);

    /// <summary>Writes a resource of a page, with its href.</summary>
    public void Write(StoredText stored, IBufferWriter<byte> output, ServerCallContext context) => texts.Write(stored, output, context);

    /// <summary>A resource of a page of texts. What cannot be read is told by its id: the others are as they are, and a caller who counts is not misled.</summary>
    public T Parse(StoredText stored)
    {
        try
        {
            return JsonFormat.Parse<T>(stored.Body);
        }
        catch (Exception e) when (e is InvalidDataException or System.Text.Json.JsonException)
        {
            Report(e, stored.Id);
            var told = new T();
            _id.Accessor.SetValue(told, stored.Id);
            return told;
        }
    }

    private bool IsReadable(StoredText stored)
    {
        if (ResourceText<T>.IsWhole(stored))
            return true;
        Report(null, stored.Id);
        return false;
    }

    private static StoredText Unreadable(StoredText stored) => stored with { Body = Encoding.UTF8.GetBytes($$"""{"id":"{{stored.Id}}"}""") };

    private void Report(Exception? cause, string id)
    {
        if (limit.Admit($"unreadable {kind.Name}") is { } leftOut)
            LogUnreadable(cause, kind.Name, id, leftOut);
    }

    [LoggerMessage(1, LogLevel.Error, "The {Resource} {Id} cannot be read; lists show its id and nothing else; {LeftOut} like it were left out of the log")]
    private partial void LogUnreadable(Exception? cause, string resource, string id, int leftOut);
}
