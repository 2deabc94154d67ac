using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using BadRequest = Tmf.Rest.V1.BadRequest;
using Status = Google.Rpc.Status;

namespace ServiceOrdering.Transcoding.Errors;

/// <summary>What a service's refusal says in its status and in the details that travel with it.</summary>
internal static class ServiceErrors
{
    private const string DetailsTrailer = "grpc-status-details-bin";

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

        foreach (var detail in Details(refusal))
        {
            if (detail.Is(ErrorInfo.Descriptor))
            {
                var info = detail.Unpack<ErrorInfo>();
                // Google.Api.CommonProtos 2.0.0 knows field 1 by its first name; it is the reason.
                error = error with { Reason = info.Type, Domain = info.Domain, Metadata = info.Metadata.ToDictionary() };
            }
            else if (detail.Is(Google.Rpc.BadRequest.Descriptor))
            {
                // The same wire form, and one field more than the class of Google.Api.CommonProtos has.
                var violations = BadRequest.Parser.ParseFrom(detail.Value).FieldViolations.Select(violation =>
                {
                    var (place, name) = locate(violation.Field);
                    var reason = violation.Reason.Length > 0 ? violation.Reason : FailureReasons.Of(TranscodingFailure.FieldInvalid);
                    return new RestViolation(place, name, reason, violation.Description);
                });
                error = error with { Violations = [.. error.Violations, .. violations] };
            }
            else if (detail.Is(RetryInfo.Descriptor))
            {
                var delay = detail.Unpack<RetryInfo>().RetryDelay.ToTimeSpan();
                var seconds = Math.Max(0, Math.Ceiling(delay.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
                error = error with { Headers = new Dictionary<string, string>(error.Headers) { ["Retry-After"] = seconds } };
            }
        }

        return error;
    }

    private static RepeatedField<Any> Details(RpcException refusal)
    {
        if (refusal.Trailers.GetValueBytes(DetailsTrailer) is not { } bytes)
        {
            return [];
        }

        try
        {
            return Status.Parser.ParseFrom(bytes).Details;
        }
        catch (InvalidProtocolBufferException)
        {
            return [];
        }
    }
}
