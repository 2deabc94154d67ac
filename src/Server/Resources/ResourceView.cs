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

    /// <summary>The same for the one resource of an answer, which counts as what it takes until it has gone out.</summary>
    /// <param name="fields">The attributes that were asked for.</param>
    /// <param name="context">The call.</param>
    /// <param name="isRead">Whether the answer can still be refused: nothing was written.</param>
    public Func<Stored<T>, T> Answer(string fields, ServerCallContext context, bool isRead = false)
    {
        var show = Form(fields, context);
        return stored =>
        {
            budget.Keep(stored.Size, isRead, context);
            return show(stored.Resource);
        };
    }

    /// <summary>Gives resources, in place, the form that was asked for. To be had before anything is written: the request may be refused.</summary>
    public Func<T, T> Form(string fields, ServerCallContext context)
    {
        var selection = QueryErrors.ReadFields(fields);
        return resource =>
        {
            _href.Accessor.SetValue(resource, HrefOf(kind.Id(resource), context));
            selection.Apply(resource);
            return resource;
        };
    }
}
