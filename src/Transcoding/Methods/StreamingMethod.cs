using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using ServiceOrdering.Transcoding.Http;
using ServiceOrdering.Transcoding.Streams;

namespace ServiceOrdering.Transcoding.Methods;

/// <summary>Answers with the responses that a method streams.</summary>
internal sealed class StreamingMethod<TService, TRequest, TResponse> : TmfJsonMethod
    where TService : class
    where TRequest : class
    where TResponse : class
{
    private readonly StreamForms _forms;
    private readonly ServerStreamingServerMethod<TRequest, TResponse> _call;

    public StreamingMethod(
        HttpRoute route, IMethod method, MethodServices services, IGrpcServiceActivator<TService> activator, IOptions<GrpcServiceOptions<TService>> options)
        : base(route, method, services)
    {
        _forms = new StreamForms(route.Stream!);
        var implementation = Implementation<TService, Func<TService, TRequest, IServerStreamWriter<TResponse>, ServerCallContext, Task>>(
            method.Name, typeof(TRequest), typeof(IServerStreamWriter<TResponse>), typeof(ServerCallContext));
        _call = Interceptors(options).Around<TRequest, TResponse>(async (request, responses, context) =>
        {
            var service = activator.Create(context.GetHttpContext().RequestServices);
            try
            {
                await implementation(service.Instance, request, responses, context);
            }
            finally
            {
                await activator.ReleaseAsync(service);
            }
        });
    }

    public override async Task InvokeAsync(HttpContext http)
    {
        using var writer = new HttpStreamWriter<TResponse>(http, _forms.For(http.Request));
        try
        {
            var request = await ReadAsync<TRequest>(http);
            var call = new TranscodedCallContext(http, FullName);
            http.Features.Set<IServerCallContextFeature>(call);
            await RunAsync(request, writer, call, http.RequestAborted);
            ThrowIfRefused(call);
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
        var heartbeats = writer.BeatAsync(Options.StreamHeartbeat, Time, end.Token);
        try
        {
            await _call(request, writer, call);
        }
        finally
        {
            await end.CancelAsync();
            await heartbeats.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task FailAsync(HttpContext http, HttpStreamWriter<TResponse> writer, Exception exception)
    {
        var error = Explain(exception);
        if (!http.Response.HasStarted)
        {
            http.Response.Clear();
            await Errors.WriteAsync(http, error);
            return;
        }

        try
        {
            await writer.FailAsync(output => Errors.WriteBody(http, error, output));
        }
        catch (OperationCanceledException)
        {
            // The caller left before it could be told.
        }
    }
}
