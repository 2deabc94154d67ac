using Google.Protobuf.WellKnownTypes;
using ServiceOrdering.Fulfillment.V1;
using Tmf.Common.V4;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Client;

/// <summary>What has become of an item that a handler had: the last report on it, which ends its lease.</summary>
public sealed class WorkResult
{
    private readonly ReportWorkRequest _report;

    private WorkResult(ReportWorkRequest report) => _report = report;

    /// <summary>The item goes back to the queue untouched, and no attempt is counted.</summary>
    public static WorkResult Returned { get; } = new(new ReportWorkRequest { Return = new Return() });

    /// <summary>
    /// What was done of the item is undone, since its order is cancelled. Only where
    /// <see cref="WorkAssignment.IsCancelled"/>: the server refuses it else.
    /// </summary>
    public static WorkResult Cancelled { get; } = new(new ReportWorkRequest { Cancelled = new Cancelled() });

    /// <summary>Which result it is.</summary>
    public ReportWorkRequest.ReportOneofCase Kind => _report.ReportCase;

    /// <summary>The item is done. The inventory has the service in the same write.</summary>
    /// <param name="service">
    /// What delivering it has added or made different: a characteristic takes the place of the one with its name, every other
    /// list is added to, and a single value takes the place of the one that was ordered. Default: nothing.
    /// </param>
    public static WorkResult Completed(ServiceRefOrValue? service = null) =>
        new(new ReportWorkRequest { Completion = new Completion { Service = service } });

    /// <summary>The item has failed.</summary>
    /// <param name="message">Why, for people. The item has it where it is not tried again.</param>
    /// <param name="retryable">Whether it may be tried again; the server does so a limited number of times.</param>
    /// <param name="retryAfter">After how long, at most 24 hours. Default: longer with each attempt.</param>
    public static WorkResult Failed(string message, bool retryable = true, TimeSpan? retryAfter = null) =>
        Failed([new ServiceOrderItemErrorMessage { Message = message }], retryable, retryAfter);

    /// <summary>The item has failed.</summary>
    /// <param name="messages">Why. The item has them where it is not tried again.</param>
    /// <param name="retryable">Whether it may be tried again; the server does so a limited number of times.</param>
    /// <param name="retryAfter">After how long, at most 24 hours. Default: longer with each attempt.</param>
    public static WorkResult Failed(IEnumerable<ServiceOrderItemErrorMessage> messages, bool retryable = true, TimeSpan? retryAfter = null) =>
        new(new ReportWorkRequest
        {
            Failure = new Failure { ErrorMessages = { messages }, Retryable = retryable, RetryAfter = retryAfter?.ToDuration() },
        });

    /// <summary>
    /// The consumer has to tell something: the item is pending, and an event tells what is missing. It can be worked again
    /// once a change of the order has made it acknowledged or in progress.
    /// </summary>
    /// <param name="fieldPath">The attributes that are missing: <c>serviceOrderItem.service.serviceCharacteristic</c>.</param>
    /// <param name="message">What is missing, for people; becomes a note of the order. Default: none.</param>
    public static WorkResult InformationRequired(string fieldPath, string message = "") =>
        new(new ReportWorkRequest { InformationRequest = new InformationRequest { FieldPath = fieldPath, Message = message } });

    /// <summary>What a handler's exception means: it may be tried again.</summary>
    internal static WorkResult Failed(Exception exception) => Failed([new ServiceOrderItemErrorMessage
    {
        Code = exception.GetType().Name,
        Reason = "The worker failed",
        Message = $"{exception.GetType().Name}: {exception.Message}",
    }]);

    // A name of its own for each use of the result: what is repeated under it is done once.
    internal ReportWorkRequest ToReport() => new(_report) { RequestId = Guid.NewGuid().ToString() };
}
