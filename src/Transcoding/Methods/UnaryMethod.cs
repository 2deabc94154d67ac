using Google.Protobuf;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using ServiceOrdering.Transcoding.Errors;
using ServiceOrdering.Transcoding.Http;

namespace ServiceOrdering.Transcoding.Methods;

/// <summary>Answers with the one response of a method.</summary>
internal sealed class UnaryMethod<TService, TRequest, TResponse> : TmfJsonMethod
    where TService : class
    where TRequest : class
    where TResponse : class
{
    private const int ClientClosedRequest = 499;

    private readonly ResponseWriter _writer;
    private readonly UnaryServerMethod<TRequest, TResponse> _call;

    public UnaryMethod(
        HttpRoute route, IMethod method, MethodServices services, IGrpcServiceActivator<TService> activator, IOptions<GrpcServiceOptions<TService>> options)
        : base(route, method, services)
    {
        _writer = new ResponseWriter(route);
        var implementation = Implementation<TService, Func<TService, TRequest, ServerCallContext, Task<TResponse>>>(
            method.Name, typeof(TRequest), typeof(ServerCallContext));
        var text = Route.AnswersWithMessage ? services.Provider.GetService<IResponseText<TService, TRequest, TResponse>>() : null;
        var texts = Route.ResponseBody is { Descriptor: { IsRepeated: true, IsMap: false } } ? services.Provider.GetService<IResponseTexts<TService, TRequest, TResponse>>() : null;
        _call = Interceptors(options).Around<TRequest, TResponse>(async (request, context) =>
        {
            if (text is not null && await text.WriteAsync(request, ((TranscodedCallContext)context).Text, context) is { } answer)
                return answer;
            if (texts is not null && await texts.ReadAsync(request, context) is { } read)
            {
                ((TranscodedCallContext)context).Elements = read.Texts;
                return read.Response;
            }
            var service = activator.Create(context.GetHttpContext().RequestServices);
            try
            {
                return await implementation(service.Instance, request, context);
            }
            finally
            {
                await activator.ReleaseAsync(service);
            }
        });
    }

    public override async Task InvokeAsync(HttpContext http)
    {
        try
        {
            var request = await ReadAsync<TRequest>(http);
            using var call = new TranscodedCallContext(http, FullName);
            http.Features.Set<IServerCallContextFeature>(call);
            var response = await _call(request, call);
            ThrowIfRefused(call);
            if (call.Trailers is { } trailers)
                CallMetadata.ToHeaders(trailers, http.Response.Headers);
            await _writer.WriteAsync(http, (IMessage)request, (IMessage)response, call.WrittenText, call.Elements);
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be told.
            if (!http.Response.HasStarted)
                http.Response.StatusCode = ClientClosedRequest;
        }
        catch (Exception e)
        {
            await FailAsync(http, Explain(e, isAnswered: http.Response.HasStarted));
        }
    }

    private Task FailAsync(HttpContext http, RestError error)
    {
        if (http.Response.HasStarted)
        {
            http.Abort();
            return Task.CompletedTask;
        }

        var preference = http.Response.Headers["Preference-Applied"];
        http.Response.Clear();
        http.Response.Headers["Preference-Applied"] = preference;
        return Errors.WriteAsync(http, error);
    }
}
