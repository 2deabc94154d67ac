using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using ServiceOrdering.Errors.V1;

namespace ServiceOrdering.Server.Errors;

/// <summary>One factory per reason. What it makes is thrown as it is: it carries its status and details on every protocol.</summary>
internal static class ApiErrors
{
    private const string Domain = "serviceordering";

    // Clients of gRPC take 8 KB of trailers unless they are told otherwise: the details in base64, and the message once more,
    // percent-encoded.
    private const int MostViolations = 100;
    private const int MostDetailBytes = 4800;
    private const int MostMessageBytes = 1200;
    private const int LongestText = 300;
    private const int MessageOverhead = 3;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    public static RpcException Internal(string traceId) =>
        Make(ErrorReason.Internal, "The server could not handle the request; its log says more.", ("traceId", traceId));

    /// <param name="message">Why, and what the caller can do.</param>
    /// <param name="passes">Whether it passes by itself: then the answer says when to try again.</param>
    public static RpcException ServerUnavailable(string message, bool passes = true) =>
        Make(ErrorReason.ServerUnavailable, message, [], passes ? RetryDelay : null, ("retry", passes ? "true" : "false"));

    /// <param name="limit">How long it may take.</param>
    /// <param name="unindexed">The attributes that made it long.</param>
    public static RpcException QueryTimeout(TimeSpan limit, IReadOnlyList<string> unindexed) => Make(
        ErrorReason.QueryTimeout,
        FormattableString.Invariant($"The query was ended after {limit.TotalSeconds:0.###} s. ") + (unindexed.Count > 0
            ? $"Without an index: {string.Join(", ", unindexed)}; conditions on attributes that have one make it faster."
            : "Ask for less at a time."),
        ("unindexed", string.Join(",", unindexed)));

    public static RpcException CredentialsMissing() => Make(ErrorReason.CredentialsMissing, "The request has no credentials.");

    /// <param name="message">What is wrong, without what a caller who guesses could learn from.</param>
    public static RpcException CredentialsInvalid(string message) => Make(ErrorReason.CredentialsInvalid, message);

    public static RpcException CredentialsExpired(string message) => Make(ErrorReason.CredentialsExpired, message);

    public static RpcException ScopeMissing(string scope) => Make(ErrorReason.ScopeMissing, $"The caller lacks the scope '{scope}'.", ("scope", scope));

    public static RpcException PartyNotAllowed(string message = "The method is not for callers that are bound to a party.") => Make(ErrorReason.PartyNotAllowed, message);

    /// <param name="after">When the caller may try again.</param>
    public static RpcException RateLimited(TimeSpan after) => Make(
        ErrorReason.RateLimited, "The caller makes more calls of this kind than one caller may; try again later.", [], after);

    /// <param name="most">How many streams a caller may have.</param>
    public static RpcException TooManyStreams(int most) => Make(
        ErrorReason.RateLimited, $"The caller has {most} streams open, as many as one caller may.", ("limit", $"{most}"));

    /// <param name="most">How many subscriptions a caller may have.</param>
    public static RpcException TooManySubscriptions(int most) => Make(
        ErrorReason.RateLimited, $"The caller has {most} event subscriptions, as many as one caller may; remove one that is not needed.", ("limit", $"{most}"));

    public static RpcException ApiKeyNotFound(string id) => Make(ErrorReason.ApiKeyNotFound, $"There is no key with id '{id}'.", ("id", id));

    /// <summary>What a caller would give away without having it, all of it at once.</summary>
    public static RpcException ApiKeyGrantForbidden(IReadOnlyList<FieldViolation> violations) => Make(ErrorReason.ApiKeyGrantForbidden, Summary(violations), violations);

    public static RpcException OperationNotSupported(string message) => Make(ErrorReason.OperationNotSupported, message);

    public static RpcException TargetNotAllowed(string message) => Make(ErrorReason.TargetNotAllowed, message);

    public static RpcException BodyMissing() => Make(ErrorReason.BodyMissing, "The operation needs a body, and the request has none.");

    public static RpcException MediaTypeNotSupported(string mediaType, IEnumerable<string> allowed) => Make(
        ErrorReason.MediaTypeNotSupported, $"'{mediaType}' is no media type of a patch; allowed: {string.Join(", ", allowed)}.");

    /// <summary>Every violation of the request at once.</summary>
    public static RpcException RequestInvalid(IReadOnlyList<FieldViolation> violations) =>
        Make(ErrorReason.RequestInvalid, Summary(violations), violations);

    /// <summary>What ONAP's NBI v3 has reasons and codes of its own for; it has one code for an answer, that of the first.</summary>
    public static RpcException OnapOrderUnprocessable(IReadOnlyList<FieldViolation> violations) =>
        Make(ErrorTable.Parse(violations[0].Reason), Summary(violations), violations);

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

    public static RpcException CancelServiceOrderNotFound(string id) =>
        Make(ErrorReason.CancelServiceOrderNotFound, $"There is no request with id '{id}' to cancel a service order.", ("id", id));

    public static RpcException ServiceOrderUnknown(string id) =>
        Make(ErrorReason.ServiceOrderUnknown, $"There is no service order with id '{id}'.", ("serviceOrderId", id));

    /// <param name="id">The order.</param>
    /// <param name="why">Why it cannot be cancelled.</param>
    public static RpcException ServiceOrderNotCancellable(string id, string why) =>
        Make(ErrorReason.ServiceOrderNotCancellable, $"Service order '{id}' cannot be cancelled: {why}", ("serviceOrderId", id));

    public static RpcException FalloutItemNotFound(string id) =>
        Make(ErrorReason.FalloutItemNotFound, $"There is no fallout item with id '{id}'.", ("id", id));

    public static RpcException FalloutItemNotOpen(string id, string state) =>
        Make(ErrorReason.FalloutItemNotOpen, $"Fallout item '{id}' is {state}: only an open one can be decided.", ("id", id), ("state", state));

    public static RpcException JobNotFound(string id) => Make(ErrorReason.JobNotFound, $"There is no job with id '{id}'.", ("id", id));

    public static RpcException LeaseLost(string why) => Make(ErrorReason.LeaseLost, $"The report is not kept: {why}");

    public static RpcException ServiceNotFound(string id) =>
        Make(ErrorReason.ServiceNotFound, $"There is no service with id '{id}'.", ("id", id));

    public static RpcException ServiceChanged(string id, string etag) =>
        Make(ErrorReason.ServiceChanged, $"Service '{id}' was changed: its entity tag is {etag}.", ("id", id), ("etag", etag));

    public static RpcException ServiceInUse(string id, IReadOnlyList<string> users) => Make(
        ErrorReason.ServiceInUse, $"Service '{id}' supports other services: {string.Join(", ", users)}.", ("id", id), ("users", string.Join(",", users)));

    public static RpcException ServiceTransitionForbidden(string id, IReadOnlyList<FieldViolation> violations) =>
        Make(ErrorReason.ServiceTransitionForbidden, Summary(violations), violations, ("id", id));

    private static string Summary(IReadOnlyList<FieldViolation> violations)
    {
        const int Named = 3;
        var first = violations.Take(Named).Select(violation => $"{Cut(violation.Field)}: {Cut(violation.Description)}");
        var more = violations.Count > Named ? $" And {violations.Count - Named} more." : "";
        return string.Join(" ", first) + more;
    }

    public static RpcException ResumeTokenInvalid(string why) => Make(ErrorReason.ResumeTokenInvalid, $"The resume token {why}.");

    public static RpcException ResumeTokenExpired(string oldestToken) =>
        Make(ErrorReason.ResumeTokenExpired, "Events after the resume token are no longer kept.", ("oldestToken", oldestToken));

    public static RpcException EventSubscriptionNotFound(string id) =>
        Make(ErrorReason.EventSubscriptionNotFound, $"There is no event subscription with id '{id}'.", ("id", id));

    public static RpcException EventSubscriptionExists(string id) =>
        Make(ErrorReason.EventSubscriptionExists, $"Event subscription '{id}' has the same callback and query.", ("id", id));

    private static RpcException Make(ErrorReason reason, string message, params (string Key, string Value)[] metadata) =>
        Make(reason, message, [], retryDelay: null, metadata);

    private static RpcException Make(ErrorReason reason, string message, IReadOnlyList<FieldViolation> violations,
        params (string Key, string Value)[] metadata) => Make(reason, message, violations, retryDelay: null, metadata);

    private static RpcException Make(ErrorReason reason, string message, IReadOnlyList<FieldViolation> violations, TimeSpan? retryDelay,
        params (string Key, string Value)[] metadata)
    {
        var info = new ErrorInfo { Domain = Domain, Reason = ErrorTable.NameOf(reason) };
        foreach (var (key, value) in metadata)
            info.Metadata.Add(key, Cut(value));
        var status = new Google.Rpc.Status { Code = (int)ErrorTable.Of(reason).Status, Message = Cut(message, MostMessageBytes) };
        var told = new BadRequest();
        var room = MostDetailBytes - status.CalculateSize() - info.CalculateSize();
        foreach (var violation in violations.Take(MostViolations))
        {
            var cut = new FieldViolation { Field = Cut(violation.Field), Reason = violation.Reason, Description = Cut(violation.Description) };
            room -= cut.CalculateSize() + MessageOverhead;
            if (room < 0)
                break;
            told.FieldViolations.Add(cut);
        }
        if (violations.Count > told.FieldViolations.Count)
            info.Metadata.Add("moreViolations", $"{violations.Count - told.FieldViolations.Count}");
        status.Details.Add(Any.Pack(info));
        if (retryDelay is { } delay)
            status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = delay.ToDuration() }));
        if (violations.Count > 0)
            status.Details.Add(Any.Pack(told));
        return status.ToRpcException();
    }

    /// <summary>The start of a text that may be anybody's, as long as its percent-encoded form has room.</summary>
    private static string Cut(string text, int bytes = LongestText)
    {
        var length = 0;
        var encoded = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            encoded += rune.Value is >= ' ' and <= '~' and not '%' ? 1 : 3 * rune.Utf8SequenceLength;
            if (encoded > bytes)
                return text[..length] + "...";
            length += rune.Utf16SequenceLength;
        }
        return text;
    }
}
