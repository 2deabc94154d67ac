using System.Text;
using Grpc.Core;

namespace ServiceOrdering.Transcoding.Errors;

/// <summary>Names and statuses of transcoding's own failures, and the HTTP statuses of gRPC's.</summary>
internal static class FailureReasons
{
    private static readonly Dictionary<TranscodingFailure, string> Names =
        Enum.GetValues<TranscodingFailure>().ToDictionary(failure => failure, failure => UpperSnake(failure.ToString()));

    /// <summary>FIELD_INVALID for FieldInvalid.</summary>
    public static string Of(TranscodingFailure failure) => Names[failure];

    /// <summary>INVALID_ARGUMENT for InvalidArgument.</summary>
    public static string Of(StatusCode status) => UpperSnake(status.ToString());

    public static RestError Error(TranscodingFailure failure, string message) => new()
    {
        HttpStatus = failure switch
        {
            TranscodingFailure.Internal => 500,
            TranscodingFailure.RouteNotFound => 404,
            TranscodingFailure.MethodNotAllowed => 405,
            TranscodingFailure.MediaTypeNotSupported => 415,
            TranscodingFailure.RequestTooLarge => 413,
            TranscodingFailure.OriginNotAllowed => 403,
            TranscodingFailure.RequestTimeout => 408,
            TranscodingFailure.UriTooLong => 414,
            TranscodingFailure.HeadersTooLarge => 431,
            TranscodingFailure.RangeNotSatisfiable => 416,
            _ => 400,
        },
        GrpcStatus = failure switch
        {
            TranscodingFailure.Internal => StatusCode.Internal,
            TranscodingFailure.RouteNotFound => StatusCode.NotFound,
            TranscodingFailure.MethodNotAllowed => StatusCode.Unimplemented,
            TranscodingFailure.RequestTooLarge or TranscodingFailure.UriTooLong or TranscodingFailure.HeadersTooLarge => StatusCode.ResourceExhausted,
            TranscodingFailure.OriginNotAllowed => StatusCode.PermissionDenied,
            TranscodingFailure.RequestTimeout => StatusCode.DeadlineExceeded,
            TranscodingFailure.RangeNotSatisfiable => StatusCode.OutOfRange,
            _ => StatusCode.InvalidArgument,
        },
        Reason = Of(failure),
        Failure = failure,
        Message = message,
    };

    /// <summary>The customary HTTP status of a gRPC status.</summary>
    public static int HttpStatus(StatusCode status) => status switch
    {
        StatusCode.OK => 200,
        StatusCode.Cancelled => 499,
        StatusCode.InvalidArgument or StatusCode.FailedPrecondition or StatusCode.OutOfRange => 400,
        StatusCode.DeadlineExceeded => 504,
        StatusCode.NotFound => 404,
        StatusCode.AlreadyExists or StatusCode.Aborted => 409,
        StatusCode.PermissionDenied => 403,
        StatusCode.ResourceExhausted => 429,
        StatusCode.Unimplemented => 501,
        StatusCode.Unavailable => 503,
        StatusCode.Unauthenticated => 401,
        _ => 500,
    };

    private static string UpperSnake(string name)
    {
        var snake = new StringBuilder();
        for (var i = 0; i < name.Length; i++)
        {
            if (i > 0 && char.IsUpper(name[i]) && char.IsLower(name[i - 1]))
            {
                snake.Append('_');
            }

            snake.Append(char.ToUpperInvariant(name[i]));
        }

        return snake.ToString();
    }
}
