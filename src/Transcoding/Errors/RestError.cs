using Grpc.Core;

namespace ServiceOrdering.Transcoding.Errors;

/// <summary>The part of an HTTP request that a violation is about.</summary>
public enum ViolationPlace
{
    /// <summary>The body; the violation's name is a JSON Pointer.</summary>
    Body,

    /// <summary>A variable of the path.</summary>
    Path,

    /// <summary>A query parameter.</summary>
    Query,

    /// <summary>A header.</summary>
    Header,
}

/// <summary>One thing that is wrong with a request.</summary>
/// <param name="Place">Where it is.</param>
/// <param name="Name">JSON Pointer in the body (empty: the body as a whole), or name of the path variable, parameter or header.</param>
/// <param name="Reason">Reason in UPPER_SNAKE, for programs: a <see cref="TranscodingFailure"/> or a reason of the service's.</param>
/// <param name="Message">What is wrong and what is allowed, for people.</param>
public sealed record RestViolation(ViolationPlace Place, string Name, string Reason, string Message)
{
    internal static RestViolation Of(ViolationPlace place, string name, TranscodingFailure reason, string message) =>
        new(place, name, FailureReasons.Of(reason), message);
}

/// <summary>Why a request failed, before it has a body of a certain shape.</summary>
public sealed record RestError
{
    /// <summary>HTTP status; what <see cref="TmfJsonOptions.Errors"/> says for a route prefix comes before it.</summary>
    public required int HttpStatus { get; init; }

    /// <summary>gRPC status.</summary>
    public required StatusCode GrpcStatus { get; init; }

    /// <summary>
    /// Reason in UPPER_SNAKE: that of the service's google.rpc.ErrorInfo, the name of <see cref="Failure"/>, or else the name
    /// of the gRPC status.
    /// </summary>
    public required string Reason { get; init; }

    /// <summary>Who defines the reason: the domain of the service's google.rpc.ErrorInfo; empty for transcoding's own.</summary>
    public string Domain { get; init; } = "";

    /// <summary>What went wrong, for people.</summary>
    public required string Message { get; init; }

    /// <summary>What transcoding refused the request for; null where the service did.</summary>
    public TranscodingFailure? Failure { get; init; }

    /// <summary>What is wrong with the request, at most 100 of it.</summary>
    public IReadOnlyList<RestViolation> Violations { get; init; } = [];

    /// <summary>How many violations there are beside those.</summary>
    public int MoreViolations { get; init; }

    /// <summary>Facts about the error, from the service's google.rpc.ErrorInfo.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Identifies the request in logs and traces.</summary>
    public string TraceId { get; init; } = "";

    /// <summary>Response headers that go with the error: Accept-Post, Accept-Patch, Retry-After.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();
}
