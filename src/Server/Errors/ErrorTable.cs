using Grpc.Core;
using ServiceOrdering.Errors.V1;

namespace ServiceOrdering.Server.Errors;

/// <summary>What a reason looks like from outside: gRPC status, HTTP status, TM Forum code and a title for people.</summary>
internal sealed record ErrorEntry(StatusCode Grpc, int Http, string Code, string Title);

/// <summary>The one place that maps a reason to its statuses.</summary>
internal static class ErrorTable
{
    private static readonly Dictionary<ErrorReason, ErrorEntry> Entries = new()
    {
        [ErrorReason.Internal] = new(StatusCode.Internal, 500, "1", "Internal error"),
        [ErrorReason.OperationNotSupported] = new(StatusCode.Unimplemented, 501, "3", "Not supported"),
        [ErrorReason.ServerUnavailable] = new(StatusCode.Unavailable, 503, "5", "The service is temporarily unavailable"),

        [ErrorReason.RouteNotFound] = new(StatusCode.NotFound, 404, "60", "Resource not found"),
        [ErrorReason.MethodNotAllowed] = new(StatusCode.Unimplemented, 405, "61", "Method not allowed"),
        [ErrorReason.MediaTypeNotSupported] = new(StatusCode.InvalidArgument, 415, "65", "Unsupported media type"),
        [ErrorReason.RequestTooLarge] = new(StatusCode.ResourceExhausted, 413, "29", "Too large"),
        [ErrorReason.BodyMissing] = new(StatusCode.InvalidArgument, 400, "21", "Missing body"),
        [ErrorReason.BodyMalformed] = new(StatusCode.InvalidArgument, 400, "22", "Invalid body"),
        [ErrorReason.RequestInvalid] = new(StatusCode.InvalidArgument, 400, "24", "Invalid request"),
        [ErrorReason.FieldMissing] = new(StatusCode.InvalidArgument, 400, "23", "Missing body field"),
        [ErrorReason.FieldInvalid] = new(StatusCode.InvalidArgument, 400, "24", "Invalid body field"),
        [ErrorReason.FieldReadOnly] = new(StatusCode.InvalidArgument, 400, "24", "Read-only body field"),
        [ErrorReason.QueryInvalid] = new(StatusCode.InvalidArgument, 400, "28", "Invalid query-string parameter"),
        [ErrorReason.HeaderInvalid] = new(StatusCode.InvalidArgument, 400, "26", "Invalid header value"),
        [ErrorReason.FieldImmutable] = new(StatusCode.InvalidArgument, 400, "24", "Field cannot be changed"),
        [ErrorReason.PatchFailed] = new(StatusCode.InvalidArgument, 400, "24", "Patch does not apply"),
        [ErrorReason.RequestIdReused] = new(StatusCode.FailedPrecondition, 422, "2", "Idempotency key was used for another request"),

        [ErrorReason.ServiceOrderNotFound] = new(StatusCode.NotFound, 404, "60", "Service order not found"),
        [ErrorReason.ServiceOrderNotDeletable] = new(StatusCode.FailedPrecondition, 409, "62", "Service order cannot be deleted"),
        [ErrorReason.ServiceOrderChanged] = new(StatusCode.Aborted, 412, "64", "Service order was changed"),
        [ErrorReason.ServiceOrderChangeForbidden] = new(StatusCode.FailedPrecondition, 409, "62", "Change is not allowed in this state"),
        [ErrorReason.ServiceOrderFinal] = new(StatusCode.FailedPrecondition, 409, "62", "Service order is final"),
        [ErrorReason.ServiceOrderTransitionForbidden] = new(StatusCode.FailedPrecondition, 409, "62", "State cannot follow"),
        [ErrorReason.ServiceOrderItemFinal] = new(StatusCode.FailedPrecondition, 409, "62", "Item is final"),
        [ErrorReason.ServiceOrderItemStarted] = new(StatusCode.FailedPrecondition, 409, "62", "Work on the item has started"),
        [ErrorReason.ServiceOrderItemDuplicate] = new(StatusCode.InvalidArgument, 400, "24", "Item id is not unique"),
        [ErrorReason.ServiceOrderItemUnknown] = new(StatusCode.InvalidArgument, 400, "24", "Unknown item"),
        [ErrorReason.ServiceOrderItemCycle] = new(StatusCode.InvalidArgument, 400, "24", "Items depend on each other in a circle"),

        [ErrorReason.EventSubscriptionNotFound] = new(StatusCode.NotFound, 404, "60", "Event subscription not found"),
        [ErrorReason.EventSubscriptionExists] = new(StatusCode.AlreadyExists, 409, "62", "Event subscription exists already"),
        [ErrorReason.EventCallbackRefused] = new(StatusCode.InvalidArgument, 400, "24", "Callback refused"),
        [ErrorReason.EventPositionGone] = new(StatusCode.OutOfRange, 410, "63", "The event log no longer holds this position"),
        [ErrorReason.ResumeTokenInvalid] = new(StatusCode.InvalidArgument, 400, "28", "Invalid resume token"),
        [ErrorReason.ResumeTokenExpired] = new(StatusCode.OutOfRange, 410, "63", "Events are no longer kept"),
        [ErrorReason.ServiceNotFound] = new(StatusCode.NotFound, 404, "60", "Service not found"),
        [ErrorReason.ServiceChanged] = new(StatusCode.Aborted, 412, "64", "Service was changed"),
        [ErrorReason.ServiceInUse] = new(StatusCode.FailedPrecondition, 409, "62", "Other services are built on the service"),
        [ErrorReason.ServiceTransitionForbidden] = new(StatusCode.FailedPrecondition, 409, "62", "State cannot follow"),
    };

    public static ErrorEntry Of(ErrorReason reason) => Entries[reason];

    /// <summary>The reason's name on the wire: without the enum's prefix.</summary>
    public static string NameOf(ErrorReason reason) => Names[reason];

    /// <summary>The reason behind a name on the wire; what is unknown here is an internal error.</summary>
    public static ErrorReason Parse(string name) => Reasons.GetValueOrDefault(name, ErrorReason.Internal);

    private static readonly Dictionary<ErrorReason, string> Names = ErrorReasonReflection.Descriptor.EnumTypes[0].Values
        .ToDictionary(value => (ErrorReason)value.Number, value => value.Name["ERROR_REASON_".Length..]);

    private static readonly Dictionary<string, ErrorReason> Reasons = Names.ToDictionary(pair => pair.Value, pair => pair.Key);
}
