using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using ServiceOrdering.Errors.V1;

namespace ServiceOrdering.Server.Errors;

/// <summary>One factory per reason. What it makes is thrown as it is: it carries its status and details on every protocol.</summary>
internal static class ApiErrors
{
    private const string Domain = "serviceordering";

    public static RpcException Internal(string traceId) =>
        Make(ErrorReason.Internal, "The server could not handle the request; its log says more.", ("traceId", traceId));

    public static RpcException ServerUnavailable(string message) => Make(ErrorReason.ServerUnavailable, message);

    public static RpcException OperationNotSupported(string message) => Make(ErrorReason.OperationNotSupported, message);

    public static RpcException BodyMissing() => Make(ErrorReason.BodyMissing, "The operation needs a body, and the request has none.");

    public static RpcException MediaTypeNotSupported(string mediaType, IEnumerable<string> allowed) => Make(
        ErrorReason.MediaTypeNotSupported, $"'{mediaType}' is no media type of a patch; allowed: {string.Join(", ", allowed)}.");

    /// <summary>Every violation of the request at once.</summary>
    public static RpcException RequestInvalid(IReadOnlyList<FieldViolation> violations) =>
        Make(ErrorReason.RequestInvalid, Summary(violations), violations);

    public static RpcException RequestIdReused(string key) => Make(
        ErrorReason.RequestIdReused, $"The request id '{key}' stands for a request with other content; use a new one.", ("requestId", key));

    public static RpcException ServiceOrderNotFound(string id) =>
        Make(ErrorReason.ServiceOrderNotFound, $"There is no service order with id '{id}'.", ("id", id));

    public static RpcException ServiceOrderNotDeletable(string id, string state) =>
        Make(ErrorReason.ServiceOrderNotDeletable,
            $"Service order '{id}' is {state}; an order can be deleted while it is acknowledged or once it is final.",
            ("id", id), ("state", state));

    public static RpcException ServiceOrderChanged(string id, string etag) =>
        Make(ErrorReason.ServiceOrderChanged, $"Service order '{id}' was changed: its entity tag is {etag}.", ("id", id), ("etag", etag));

    /// <summary>What the state of the order or of an item does not allow, all of it at once.</summary>
    public static RpcException ServiceOrderChangeForbidden(string id, IReadOnlyList<FieldViolation> violations) =>
        Make(ErrorReason.ServiceOrderChangeForbidden, Summary(violations), violations, ("id", id));

    public static RpcException ServiceNotFound(string id) =>
        Make(ErrorReason.ServiceNotFound, $"There is no service with id '{id}'.", ("id", id));

    public static RpcException ServiceChanged(string id, string etag) =>
        Make(ErrorReason.ServiceChanged, $"Service '{id}' was changed: its entity tag is {etag}.", ("id", id), ("etag", etag));

    public static RpcException ServiceInUse(string id, IReadOnlyList<string> users) => Make(
        ErrorReason.ServiceInUse, $"Service '{id}' supports other services: {string.Join(", ", users)}.", ("id", id), ("users", string.Join(",", users)));

    public static RpcException ServiceTransitionForbidden(string id, IReadOnlyList<FieldViolation> violations) =>
        Make(ErrorReason.ServiceTransitionForbidden, Summary(violations), violations, ("id", id));

    private static string Summary(IReadOnlyList<FieldViolation> violations) =>
        string.Join(" ", violations.Select(violation => $"{violation.Field}: {violation.Description}"));

    public static RpcException ResumeTokenInvalid(string why) => Make(ErrorReason.ResumeTokenInvalid, $"The resume token {why}.");

    public static RpcException ResumeTokenExpired(string oldestToken) =>
        Make(ErrorReason.ResumeTokenExpired, "Events after the resume token are no longer kept.", ("oldestToken", oldestToken));

    public static RpcException EventSubscriptionNotFound(string id) =>
        Make(ErrorReason.EventSubscriptionNotFound, $"There is no event subscription with id '{id}'.", ("id", id));

    public static RpcException EventSubscriptionExists(string id) =>
        Make(ErrorReason.EventSubscriptionExists, $"Event subscription '{id}' has the same callback and query.", ("id", id));

    private static RpcException Make(ErrorReason reason, string message, params (string Key, string Value)[] metadata) =>
        Make(reason, message, [], metadata);

    private static RpcException Make(ErrorReason reason, string message, IReadOnlyList<FieldViolation> violations,
        params (string Key, string Value)[] metadata)
    {
        var info = new ErrorInfo { Domain = Domain, Reason = ErrorTable.NameOf(reason) };
        foreach (var (key, value) in metadata)
            info.Metadata.Add(key, value);
        var status = new Google.Rpc.Status { Code = (int)ErrorTable.Of(reason).Status, Message = message, Details = { Any.Pack(info) } };
        if (violations.Count > 0)
            status.Details.Add(Any.Pack(new BadRequest { FieldViolations = { violations } }));
        return status.ToRpcException();
    }
}
