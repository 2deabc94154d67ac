using ServiceOrdering.Query;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.CancelServiceOrders;

/// <summary>What a request about cancellations must be, and what the server adds to it. Pure.</summary>
internal static class CancelServiceOrderRequests
{
    /// <summary>Refuses what TMF641 refuses, all of it at once, and makes the task a new one.</summary>
    public static (CancelServiceOrder Task, RequestId? RequestId) Check(CreateCancelServiceOrderRequest request)
    {
        var violations = RequestFields.Check(request);
        var requestId = RequestId.Of(request.RequestId, request.CancelServiceOrder, violations);
        if (violations.Count > 0)
            throw ApiErrors.RequestInvalid(violations);

        return (Begin(request.CancelServiceOrder), requestId);
    }

    /// <summary>Gives a task what the server sets.</summary>
    public static CancelServiceOrder Begin(CancelServiceOrder task)
    {
        task.Id = ResourceId.New();
        task.State = TaskState.Accepted;
        if (!task.HasType)
            task.Type = nameof(CancelServiceOrder);
        return task;
    }

    public static ResourceQuery Check(ListCancelServiceOrdersRequest request, Sight sight, UnknownAttributes unknown) => ResourceQuery.Check(
        sight, ResourceSchema.For(CancelServiceOrder.Descriptor), unknown, request.Filter, request.Sort, request.Offset, request.HasLimit ? request.Limit : null, request.PageToken);
}
