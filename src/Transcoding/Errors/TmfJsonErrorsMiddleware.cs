using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ServiceOrdering.Transcoding.Errors;

/// <summary>
/// Gives a body to errors that arise before a route is reached: no such route, wrong method, and what authentication or
/// a limiter answers. Only under prefixes with an error shape, and never to gRPC calls, which have their own answers.
/// </summary>
internal sealed partial class TmfJsonErrorsMiddleware(
    RequestDelegate next, ErrorAnswer answer, ILogger<TmfJsonErrorsMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var isGrpc = context.Request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) ?? false;
        if (isGrpc || answer.Dialect(context.Request.Path) is null)
        {
            await next(context);
            return;
        }

        var response = context.Response;
        try
        {
            await next(context);
        }
        catch (Exception e) when (!response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            LogFault(logger, context.Request.Path.Value ?? "", e);
            response.Clear();
            response.StatusCode = StatusCodes.Status500InternalServerError;
        }

        if (response.StatusCode >= 400 && !response.HasStarted && response.ContentType is null && response.ContentLength is null)
        {
            await answer.WriteAsync(context, context.Features.Get<RestError>() ?? Error(context));
        }
    }

    [LoggerMessage(2, LogLevel.Error, "{Path} failed.")]
    private static partial void LogFault(ILogger logger, string path, Exception exception);

    private static RestError Error(HttpContext context) => context.Response.StatusCode switch
    {
        404 => FailureReasons.Error(TranscodingFailure.RouteNotFound, "There is no such route."),
        405 => FailureReasons.Error(
            TranscodingFailure.MethodNotAllowed, $"The route does not know {context.Request.Method}, but {context.Response.Headers.Allow}."),
        413 => FailureReasons.Error(TranscodingFailure.RequestTooLarge, "The request is too large."),
        415 => FailureReasons.Error(TranscodingFailure.MediaTypeNotSupported, "The body is of a media type that the route does not read."),
        401 => OfStatus(StatusCode.Unauthenticated, 401, "Credentials are missing or not valid."),
        403 => OfStatus(StatusCode.PermissionDenied, 403, "The credentials do not allow this."),
        429 => OfStatus(StatusCode.ResourceExhausted, 429, "There are too many requests."),
        503 => OfStatus(StatusCode.Unavailable, 503, "The server cannot answer now."),
        >= 500 and var status => OfStatus(StatusCode.Internal, status, "The server failed."),
        var status => OfStatus(StatusCode.InvalidArgument, status, "The request is refused."),
    };

    private static RestError OfStatus(StatusCode status, int httpStatus, string message) => new()
    {
        GrpcStatus = status,
        HttpStatus = httpStatus,
        Reason = FailureReasons.Of(status),
        Message = message,
    };
}
