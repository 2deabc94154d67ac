using System.Globalization;
using Google.Rpc;
using Grpc.Core;

namespace ServiceOrdering.Transcoding.Errors;

/// <summary>What a service's refusal says in its status and in the details that travel with it.</summary>
internal static class ServiceErrors
{
    /// <param name="refusal">The service's refusal.</param>
    /// <param name="locate">Where the HTTP request has the field with this path.</param>
    public static RestError Error(RpcException refusal, Func<string, (ViolationPlace Place, string Name)> locate)
    {
        var error = new RestError
        {
            GrpcStatus = refusal.StatusCode,
            HttpStatus = FailureReasons.HttpStatus(refusal.StatusCode),
            Reason = FailureReasons.Of(refusal.StatusCode),
            Message = refusal.Status.Detail,
        };

        var details = refusal.GetRpcStatus();
        if (details?.GetDetail<ErrorInfo>() is { } info)
        {
            error = error with
            {
                Reason = info.Reason,
                Domain = info.Domain,
                Metadata = info.Metadata.ToDictionary(),
                MoreViolations = int.TryParse(info.Metadata.GetValueOrDefault("moreViolations"), CultureInfo.InvariantCulture, out var more) ? more : 0,
            };
        }
        if (details?.GetDetail<BadRequest>() is { } badRequest)
            error = error with { Violations = [.. badRequest.FieldViolations.Select(violation => Violation(violation, locate))] };
        if (details?.GetDetail<RetryInfo>() is { } retry)
        {
            var seconds = Math.Max(0, Math.Ceiling(retry.RetryDelay.ToTimeSpan().TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            error = error with { Headers = new Dictionary<string, string> { ["Retry-After"] = seconds } };
        }
        return error;
    }

    private static RestViolation Violation(BadRequest.Types.FieldViolation violation, Func<string, (ViolationPlace Place, string Name)> locate)
    {
        var (place, name) = locate(violation.Field);
        var reason = violation.Reason.Length > 0 ? violation.Reason : FailureReasons.Of(TranscodingFailure.FieldInvalid);
        return new RestViolation(place, name, reason, violation.Description);
    }
}
