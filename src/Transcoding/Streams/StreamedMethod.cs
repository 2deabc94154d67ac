using Google.Protobuf;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ServiceOrdering.Transcoding.Errors;
using ServiceOrdering.Transcoding.Http;
using ServiceOrdering.Transcoding.Methods;

namespace ServiceOrdering.Transcoding.Streams;

/// <summary>Answers HTTP requests of one route by calling one method that streams its responses.</summary>
internal sealed partial class StreamedMethod<TRequest, TResponse>(
    HttpRoute route,
    string fullName,
    ServerStreamingServerMethod<TRequest, TResponse> invoke,
    TranscodingOptions options,
    TimeProvider time,
    ErrorAnswer errors,
    ILogger logger)
    where TRequest : class
    where TResponse : class
{
    private readonly RequestBinder _binder = new(route, options);
    private readonly StreamForms _forms = new(route.Stream!);

    public async Task InvokeAsync(HttpContext http)
    {
        using var writer = new HttpStreamWriter<TResponse>(http, _forms.For(http.Request));
        try
        {
            var request = Activator.CreateInstance<TRequest>();
            await _binder.BindAsync(http, (IMessage)request);
            var call = new TranscodedCallContext(http, fullName, takesJsonBody: false);
            http.Features.Set<IServerCallContextFeature>(call);
            await RunAsync(request, writer, call, http.RequestAborted);
            if (call.Status.StatusCode != StatusCode.OK)
            {
                throw new RpcException(call.Status, call.Trailers ?? []);
            }
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be told.
        }
        catch (Exception e)
        {
            await FailAsync(http, writer, e);
        }
    }

    private async Task RunAsync(TRequest request, HttpStreamWriter<TResponse> writer, ServerCallContext call, CancellationToken aborted)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        var heartbeats = writer.BeatAsync(options.StreamHeartbeat, time, end.Token);
        try
        {
            await invoke(request, writer, call);
        }
        finally
        {
            await end.CancelAsync();
            await heartbeats.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task FailAsync(HttpContext http, HttpStreamWriter<TResponse> writer, Exception exception)
    {
        var error = exception switch
        {
            TranscodingException refusal => refusal.Error,
            RpcException refusal => ServiceErrors.Error(refusal, route.Locate),
            _ => FailureReasons.Error(TranscodingFailure.Internal, "The server failed."),
        };
        if (error.Failure == TranscodingFailure.Internal)
        {
            LogFailure(logger, fullName, exception);
        }

        if (!http.Response.HasStarted)
        {
            http.Response.Clear();
            await errors.WriteAsync(http, error);
            return;
        }

        try
        {
            await writer.FailAsync(output => errors.WriteBody(http, error, output));
        }
        catch (OperationCanceledException)
        {
            // The caller left before it could be told.
        }
    }

    [LoggerMessage(1, LogLevel.Error, "{Method} failed.")]
    private static partial void LogFailure(ILogger logger, string method, Exception exception);
}
