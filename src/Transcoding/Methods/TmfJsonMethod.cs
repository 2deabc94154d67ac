using System.Reflection;
using Google.Protobuf;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ServiceOrdering.Transcoding.Errors;
using ServiceOrdering.Transcoding.Http;

namespace ServiceOrdering.Transcoding.Methods;

/// <summary>What the methods of all services have in common.</summary>
internal sealed record MethodServices(
    IServiceProvider Provider, IOptions<TmfJsonOptions> Options, IOptions<GrpcServiceOptions> GrpcOptions, ErrorAnswer Errors, TimeProvider Time, ILoggerFactory Loggers);

/// <summary>Answers HTTP requests of one route by calling one method of a service.</summary>
internal abstract partial class TmfJsonMethod
{
    private readonly MethodServices _services;
    private readonly RequestBinder _binder;
    private readonly ILogger _logger;

    protected TmfJsonMethod(HttpRoute route, IMethod method, MethodServices services)
    {
        Route = route;
        FullName = method.FullName;
        _services = services;
        _binder = new RequestBinder(route, services.Options.Value);
        _logger = services.Loggers.CreateLogger(method.ServiceName);
    }

    protected HttpRoute Route { get; }

    protected string FullName { get; }

    protected ErrorAnswer Errors => _services.Errors;

    protected TmfJsonOptions Options => _services.Options.Value;

    protected TimeProvider Time => _services.Time;

    /// <summary>Lets the endpoint answer in TM Forum's dialect, where it is one that transcodes.</summary>
    /// <exception cref="InvalidOperationException">The rule or the method's options do not fit the method's messages.</exception>
    public static void Serve(RouteEndpointBuilder endpoint)
    {
        if (endpoint.Metadata.OfType<GrpcJsonTranscodingMetadata>().FirstOrDefault() is not { } transcoding)
            return;

        var route = new HttpRoute(transcoding.MethodDescriptor, transcoding.HttpRule, endpoint.RoutePattern);
        var grpc = endpoint.Metadata.OfType<GrpcMethodMetadata>().First();
        var kind = transcoding.MethodDescriptor.IsServerStreaming ? typeof(StreamingMethod<,,>) : typeof(UnaryMethod<,,>);
        var type = kind.MakeGenericType(grpc.ServiceType, transcoding.MethodDescriptor.InputType.ClrType, transcoding.MethodDescriptor.OutputType.ClrType);
        var services = ActivatorUtilities.CreateInstance<MethodServices>(endpoint.ApplicationServices);
        var method = (TmfJsonMethod)ActivatorUtilities.CreateInstance(endpoint.ApplicationServices, type, route, grpc.Method, services);

        var options = endpoint.ApplicationServices.GetRequiredService<PathOptions>();
        List<string> verbs = route.HttpMethod == "GET" ? ["GET", "HEAD"] : [route.HttpMethod];
        // The first route of a path tells what can be done there.
        if (options.Add(route))
            verbs.Add("OPTIONS");
        endpoint.Metadata.Add(new HttpMethodMetadata(verbs));
        endpoint.RequestDelegate = http => HttpMethods.IsOptions(http.Request.Method) ? options.WriteAsync(http, route) : method.InvokeAsync(http);
    }

    /// <summary>Answers one request.</summary>
    public abstract Task InvokeAsync(HttpContext http);

    /// <summary>The service's own method with these parameters behind the service.</summary>
    protected static TDelegate Implementation<TService, TDelegate>(string name, params Type[] parameters)
        where TDelegate : Delegate => typeof(TService).GetMethod(name, BindingFlags.Public | BindingFlags.Instance, parameters)?.CreateDelegate<TDelegate>()
            ?? throw new InvalidOperationException($"{typeof(TService)} has no method {name}.");

    /// <summary>The interceptors of all services and of the one.</summary>
    protected InterceptorChain Interceptors<TService>(IOptions<GrpcServiceOptions<TService>> options)
        where TService : class => new(_services.Provider, _services.GrpcOptions.Value.Interceptors.Concat(options.Value.Interceptors));

    /// <summary>Makes the request message.</summary>
    protected async ValueTask<TRequest> ReadAsync<TRequest>(HttpContext http)
    {
        var request = Activator.CreateInstance<TRequest>();
        await _binder.BindAsync(http, (IMessage)request!);
        return request;
    }

    /// <summary>What to tell of a failure; one that nobody foresaw goes to the log.</summary>
    protected RestError Explain(Exception exception, bool isAnswered = false)
    {
        var error = exception switch
        {
            TranscodingException refusal => refusal.Error,
            RpcException refusal => ServiceErrors.Error(refusal, Route.Locate),
            _ => FailureReasons.Error(TranscodingFailure.Internal, "The server failed."),
        };
        if (error.Failure == TranscodingFailure.Internal || isAnswered)
            LogFailure(_logger, FullName, exception);
        return error;
    }

    /// <summary>A service may refuse by its status instead of by throwing.</summary>
    protected static void ThrowIfRefused(TranscodedCallContext call)
    {
        if (call.Status.StatusCode != StatusCode.OK)
            throw new RpcException(call.Status, call.Trailers ?? []);
    }

    [LoggerMessage(1, LogLevel.Error, "{Method} failed.")]
    private static partial void LogFailure(ILogger logger, string method, Exception exception);
}
