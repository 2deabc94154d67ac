using Google.Protobuf;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ServiceOrdering.Transcoding.Errors;
using ServiceOrdering.Transcoding.Http;

namespace ServiceOrdering.Transcoding.Methods;

/// <summary>Answers HTTP requests of one route by calling one unary method.</summary>
internal sealed partial class TranscodedMethod<TRequest, TResponse>(
    HttpRoute route,
    string fullName,
    UnaryServerMethod<TRequest, TResponse> invoke,
    TranscodingOptions options,
    ErrorAnswer errors,
    ILogger logger)
    where TRequest : class
    where TResponse : class
{
    private const int ClientClosedRequest = 499;

    private readonly RequestBinder _binder = new(route, options);
    private readonly ResponseWriter _writer = new(route);

    public async Task InvokeAsync(HttpContext http)
    {
        try
        {
            var request = Activator.CreateInstance<TRequest>();
            await _binder.BindAsync(http, (IMessage)request);
            using var call = new TranscodedCallContext(http, fullName, route.AnswersWithMessage);
            http.Features.Set<IServerCallContextFeature>(call);
            var response = await invoke(request, call);
            if (call.Status.StatusCode != StatusCode.OK)
            {
                throw new RpcException(call.Status, call.Trailers ?? []);
            }

            if (call.Trailers is { } trailers)
            {
                CallMetadata.ToHeaders(trailers, http.Response.Headers);
            }

            await _writer.WriteAsync(http, (IMessage)request, (IMessage)response, call.WrittenBody);
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be told.
            if (!http.Response.HasStarted)
            {
                http.Response.StatusCode = ClientClosedRequest;
            }
        }
        catch (Exception e)
        {
            await FailAsync(http, e);
        }
    }

    private async Task FailAsync(HttpContext http, Exception exception)
    {
        var error = exception switch
        {
            TranscodingException refusal => refusal.Error,
            RpcException refusal => ServiceErrors.Error(refusal, route.Locate),
            _ => FailureReasons.Error(TranscodingFailure.Internal, "The server failed."),
        };
        if (error.Failure == TranscodingFailure.Internal || http.Response.HasStarted)
        {
            LogFailure(logger, fullName, exception);
        }

        if (http.Response.HasStarted)
        {
            http.Abort();
            return;
        }

        var preference = http.Response.Headers["Preference-Applied"];
        http.Response.Clear();
        http.Response.Headers["Preference-Applied"] = preference;
        await errors.WriteAsync(http, error);
    }

    [LoggerMessage(1, LogLevel.Error, "{Method} failed.")]
    private static partial void LogFailure(ILogger logger, string method, Exception exception);
}
