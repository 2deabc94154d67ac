using Google.Protobuf.Reflection;
using Google.Rpc;
using Grpc.Core;
using ServiceOrdering.Errors.V1;

namespace ServiceOrdering.Client;

/// <summary>
/// A call that the server refused, or that did not reach it. What the server said beyond the status is decoded here; where
/// it said nothing (no connection, deadline exceeded), <see cref="Reason"/> and <see cref="Violations"/> are empty.
/// </summary>
/// <remarks>It is a <see cref="RpcException"/>, so that code which knows only gRPC goes on working.</remarks>
public sealed class ServiceOrderingException : RpcException
{
    private const string ReasonPrefix = "ERROR_REASON_";
    private static readonly EnumDescriptor Reasons = ErrorReasonReflection.Descriptor.EnumTypes.Single();

    internal ServiceOrderingException(RpcException cause)
        : base(cause.Status, cause.Trailers, cause.Status.Detail)
    {
        // Null where there are none, and where they cannot be read: the status that came with them counts all the same.
        var details = cause.GetRpcStatus();
        if (details?.GetDetail<ErrorInfo>() is { } info)
        {
            Reason = info.Reason;
            Metadata = info.Metadata;
        }

        if (details?.GetDetail<BadRequest>() is { } badRequest)
        {
            Violations = [.. badRequest.FieldViolations.Select(violation => new Violation(violation.Field, violation.Reason, violation.Description))];
        }
    }

    /// <summary>
    /// Why, for programs: a name of <see cref="ErrorReason"/> in the contract's spelling without its prefix, such as
    /// <c>SERVICE_ORDER_NOT_FOUND</c>. Empty when the server gave none.
    /// </summary>
    public string Reason { get; } = "";

    /// <summary>
    /// <see cref="Reason"/> as a value; <see cref="ErrorReason.Unspecified"/> for none, and for one that is newer than this
    /// client.
    /// </summary>
    public ErrorReason ErrorReason => ToErrorReason(Reason);

    /// <summary>The fields that are to blame, all at once and in the order of the request. Often empty.</summary>
    public IReadOnlyList<Violation> Violations { get; } = [];

    /// <summary>Facts about the refusal by name, as the contract documents them for the reason. Often empty.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; } = new Dictionary<string, string>();

    internal static ErrorReason ToErrorReason(string reason) =>
        (ErrorReason)(Reasons.FindValueByName(ReasonPrefix + reason)?.Number ?? 0);
}

/// <summary>One field that the server refused.</summary>
/// <param name="Field">Path from the request message, in proto names: <c>service_order.note[0].text</c>.</param>
/// <param name="Reason">Why, for programs; see <see cref="ServiceOrderingException.Reason"/>.</param>
/// <param name="Message">What is wrong and what is allowed, for people.</param>
public sealed record Violation(string Field, string Reason, string Message)
{
    /// <summary><see cref="Reason"/> as a value; see <see cref="ServiceOrderingException.ErrorReason"/>.</summary>
    public ErrorReason ErrorReason => ServiceOrderingException.ToErrorReason(Reason);
}
