using Google.Protobuf;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using ServiceOrdering.Server.Errors;

namespace ServiceOrdering.Server.Hosting;

/// <summary>
/// Faults of gRPC calls that no interceptor sees: before a request is read, or after a response was made. A message that is no
/// protobuf, or in a frame that gRPC does not have, is the caller's fault, and nothing for the log; grpc-dotnet takes it for a
/// fault of the method. Its own log of faults is off (<see cref="Defaults"/>): the others are logged here.
/// </summary>
internal sealed partial class GrpcFaults(RequestDelegate next, ErrorLogLimit limit, TimeProvider time, ILogger<GrpcFaults> logger)
{
    private static readonly TimeSpan EarlyTimer = TimeSpan.FromMilliseconds(50);

    public async Task InvokeAsync(HttpContext http)
    {
        await next(http);
        // A caller who went away has nobody to be told, and is no fault.
        if (http.RequestAborted.IsCancellationRequested)
            return;
        if (http.Features.Get<IServerCallContextFeature>()?.ServerCallContext is not { Status: { StatusCode: StatusCode.Unknown, DebugException: { } cause } } call)
            return;
        if (cause is InvalidProtocolBufferException)
            Tell(http.Response, new Status(StatusCode.InvalidArgument, "The message is no protobuf of this type: " + cause.Message));
        else if (cause is InvalidDataException)
            Tell(http.Response, new Status(StatusCode.InvalidArgument, "The message is in no frame of gRPC: " + cause.Message));
        else if (!IsOfDeadline(cause, call) && limit.Admit($"{call.Method} {cause.GetType()}") is { } leftOut)
            LogFault(cause, call.Method, leftOut);
    }

    // The caller was told so when its deadline came; what the method made of it nobody waits for. gRPC's timer may be early.
    private bool IsOfDeadline(Exception cause, ServerCallContext call) => call.Deadline < DateTime.MaxValue
        && (cause is OperationCanceledException || call.Deadline <= time.GetUtcNow().UtcDateTime + EarlyTimer);

    // An answer that is a status and nothing else has it in its headers.
    private static void Tell(HttpResponse response, Status status)
    {
        var trailers = response.HasStarted ? response.HttpContext.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpResponseTrailersFeature>()?.Trailers : response.Headers;
        if (trailers is null)
            return;
        try
        {
            trailers["grpc-status"] = $"{(int)status.StatusCode}";
            trailers["grpc-message"] = Uri.EscapeDataString(status.Detail);
        }
        catch (InvalidOperationException)
        {
            // The deadline has come in this moment, and the answer has gone.
        }
    }

    [LoggerMessage(1, LogLevel.Error, "{Method} failed; {LeftOut} like it were left out of the log")]
    private partial void LogFault(Exception cause, string method, int leftOut);
}
