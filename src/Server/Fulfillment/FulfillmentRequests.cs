using ServiceOrdering.Errors.V1;
using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Server.Errors;
using static ServiceOrdering.Server.Errors.RequestFields;

namespace ServiceOrdering.Server.Fulfillment;

/// <summary>What a request about work must be. Pure.</summary>
internal static class FulfillmentRequests
{
    /// <summary>Items that a worker may have been promised and not been given yet.</summary>
    public const int MostCredit = 1000;

    private const string NoToken = "Is no token that the server has given.";
    private const int LongestName = 255;
    private const int LongestReason = 4000;
    private const int MostCapabilities = 100;
    private const int MostPolled = 100;
    private const int LargestPage = 1000;
    private const int DefaultPage = 100;
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan DefaultWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromHours(24);

    public static WorkerStart CheckStart(StreamWorkRequest request)
    {
        if (request.MessageCase != StreamWorkRequest.MessageOneofCase.Start)
            throw ApiErrors.RequestInvalid([Violation("start", ErrorReason.FieldMissing, "The first message says who the worker is.")]);
        var violations = RequestFields.Check(request);
        CheckWorker(request.Start.Worker, request.Start.Capabilities.Count, "start.", violations);
        return violations.Count == 0 ? request.Start : throw ApiErrors.RequestInvalid(violations);
    }

    public static int CheckCredit(StreamWorkRequest request, int left)
    {
        if (request.MessageCase != StreamWorkRequest.MessageOneofCase.Credit)
            throw ApiErrors.RequestInvalid([Violation("credit", ErrorReason.FieldMissing, "After the first message, each gives credit.")]);
        return request.Credit.Items >= 1 && request.Credit.Items <= MostCredit - left
            ? request.Credit.Items
            : throw ApiErrors.RequestInvalid([Violation("credit.items", ErrorReason.FieldInvalid,
                $"'items' is {request.Credit.Items}; allowed is 1 to {MostCredit}, together with the {left} that are open.")]);
    }

    public static (int Items, TimeSpan Wait) Check(PollWorkRequest request)
    {
        var violations = RequestFields.Check(request);
        CheckWorker(request.Worker, request.Capabilities.Count, "", violations);
        var items = request.HasMaxItems ? request.MaxItems : 1;
        if (items is < 1 or > MostPolled)
            violations.Add(Violation("max_items", ErrorReason.FieldInvalid, $"'maxItems' is {items}; allowed is 1 to {MostPolled}."));
        var wait = request.Wait?.ToTimeSpan() ?? DefaultWait;
        if (wait < TimeSpan.Zero || wait > LongestWait)
            violations.Add(Violation("wait", ErrorReason.FieldInvalid, $"'wait' is {wait.TotalSeconds} s; allowed is 0 to {LongestWait.TotalSeconds} s."));
        if (request.LeaseTokens.Count > MostCredit)
            violations.Add(Violation("lease_tokens", ErrorReason.FieldInvalid, $"{request.LeaseTokens.Count} leases are more than the {MostCredit} that are allowed."));
        violations.AddRange(request.LeaseTokens.Select((token, i) => (token, i)).Where(named => LeaseToken.Parse(named.token) is null)
            .Select(named => Violation($"lease_tokens[{named.i}]", ErrorReason.FieldInvalid, NoToken)));
        return violations.Count == 0 ? (items, wait) : throw ApiErrors.RequestInvalid(violations);
    }

    public static (LeaseToken Token, Resources.RequestId? RequestId) Check(ReportWorkRequest request)
    {
        var violations = RequestFields.Check(request);
        if (request.ReportCase == ReportWorkRequest.ReportOneofCase.None)
            violations.Add(Violation("report", ErrorReason.FieldMissing, "One of the reports is required."));
        if (request.Renewal is { HasPercentage: true, Percentage: < 0 or > 100 })
            violations.Add(Violation("renewal.percentage", ErrorReason.FieldInvalid, $"'percentage' is {request.Renewal.Percentage}; allowed is 0 to 100."));
        if (request.CancellationAnswer?.Reason.Length > LongestReason)
            violations.Add(Violation("cancellation_answer.reason", ErrorReason.FieldInvalid, $"'reason' has at most {LongestReason} characters."));
        if (request.Failure?.RetryAfter?.ToTimeSpan() is { } after && (after < TimeSpan.Zero || after > LongestRetry))
            violations.Add(Violation("failure.retry_after", ErrorReason.FieldInvalid, $"'retryAfter' is {after.TotalSeconds} s; allowed is 0 to {LongestRetry.TotalSeconds} s."));
        var token = LeaseToken.Parse(request.LeaseToken);
        if (token is null && request.LeaseToken.Length > 0)
            violations.Add(Violation("lease_token", ErrorReason.FieldInvalid, NoToken));
        var named = request.Clone();
        named.RequestId = "";
        var requestId = Resources.RequestId.Of(request.RequestId, named, violations);
        return violations.Count == 0 ? (token!, requestId) : throw ApiErrors.RequestInvalid(violations);
    }

    public static (int Size, (string OrderId, string ItemId) After) Check(ListWorkItemsRequest request)
    {
        var violations = new List<FieldViolation>();
        var size = request.HasLimit ? request.Limit : DefaultPage;
        if (size is < 1 or > LargestPage)
            violations.Add(Violation("limit", ErrorReason.QueryInvalid, $"'limit' is {size}; allowed is 1 to {LargestPage}."));
        var after = request.PageToken.Length == 0 ? new LeaseToken("", "", "") : LeaseToken.Parse(request.PageToken);
        if (after is null)
            violations.Add(Violation("page_token", ErrorReason.QueryInvalid, NoToken));
        return violations.Count == 0 ? (size, (after!.OrderId, after.ItemId)) : throw ApiErrors.RequestInvalid(violations);
    }

    private static void CheckWorker(string worker, int capabilities, string path, List<FieldViolation> violations)
    {
        if (worker.Length > LongestName)
            violations.Add(Violation($"{path}worker", ErrorReason.FieldInvalid, $"A worker's name has at most {LongestName} characters."));
        else if (worker.Length == 0 && !violations.Exists(violation => violation.Field == $"{path}worker"))
            violations.Add(Violation($"{path}worker", ErrorReason.FieldMissing, "Is required."));
        if (capabilities > MostCapabilities)
            violations.Add(Violation($"{path}capabilities", ErrorReason.FieldInvalid, $"{capabilities} capabilities are more than the {MostCapabilities} that are allowed."));
    }
}
