using Google.Protobuf.Reflection;
using Grpc.Core;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Hosting;

namespace ServiceOrdering.Server.Resources;

/// <summary>Resources in the form that callers see: with their href, and with the attributes that were asked for.</summary>
internal sealed class ResourceView<T>(ResourceKind<T> kind, PublicAddress address, AnswerBudget budget)
    where T : class, Google.Protobuf.IMessage<T>, new()
{
    private readonly FieldDescriptor _href = kind.Schema.Message.FindFieldByName("href");

    public string HrefOf(string id, ServerCallContext context) => $"{address.For(context)}{kind.Route}/{id}";

    /// <summary>The same for the one resource of an answer.</summary>
    /// <param name="fields">The attributes that were asked for.</param>
    /// <param name="context">The call.</param>
    public ResourceAnswer<T> Answer(string fields, ServerCallContext context) => new(Form(fields, context), budget, context);

    /// <summary>Gives resources, in place, the form that was asked for. To be had before anything is written: the request may be refused.</summary>
    public Func<T, T> Form(string fields, ServerCallContext context)
    {
        var selection = QueryErrors.ReadFields(fields, kind.Schema, context.UnknownAttributes());
        return resource =>
        {
            _href.Accessor.SetValue(resource, HrefOf(kind.Id(resource), context));
            selection.Apply(resource);
            return resource;
        };
    }
}

/// <summary>An answer with one resource, which counts as what it takes until it has gone out.</summary>
internal sealed class ResourceAnswer<T>(Func<T, T> form, AnswerBudget budget, ServerCallContext context)
    where T : class, Google.Protobuf.IMessage<T>, new()
{
    private long? _room;

    /// <summary>Makes room for the resource. To be called before it is written: what was written is answered.</summary>
    public void MakeRoom(Draft<T> draft) => MakeRoom(draft.Body.Length);

    /// <summary>The resource in the form that was asked for.</summary>
    public T Show(Stored<T> stored)
    {
        MakeRoom(stored.Size);
        return form(stored.Resource);
    }

    private void MakeRoom(long size)
    {
        if (size <= _room)
            return;
        budget.Take(size, context);
        _room = size;
    }
}
