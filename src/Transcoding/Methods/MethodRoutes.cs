using System.Reflection;
using Google.Api;
using Google.Protobuf.Reflection;
using Grpc.AspNetCore.Server;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using ServiceOrdering.Transcoding.Errors;
using ServiceOrdering.Transcoding.Http;
using ServiceOrdering.Transcoding.Streams;

namespace ServiceOrdering.Transcoding.Methods;

/// <summary>Is told every method of a service by the service's generated code, and adds the routes of those with an HTTP rule.</summary>
internal sealed class MethodRoutes<TService>(
    ServiceMethodProviderContext<TService> context,
    ServiceDescriptor descriptor,
    RouteTable routes,
    ErrorAnswer errors,
    IGrpcServiceActivator<TService> activator,
    InterceptorChain interceptors,
    TranscodingOptions options,
    TimeProvider time,
    ILogger logger)
    : ServiceBinderBase
    where TService : class
{
    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
    {
        var methodDescriptor = descriptor.FindMethodByName(method.Name);
        var rules = Rules(methodDescriptor);
        if (rules.Count == 0)
        {
            return;
        }

        var implementation = typeof(TService).GetMethod(method.Name, [typeof(TRequest), typeof(ServerCallContext)])
            ?? throw new InvalidOperationException($"{typeof(TService)} has no method {method.Name} for {methodDescriptor.FullName}.");
        var invoke = interceptors.Around(Invocation<TRequest, TResponse>(implementation));
        foreach (var rule in rules)
        {
            var route = new HttpRoute(methodDescriptor, rule);
            var (pathOptions, isNewPath) = routes.Add(route, methodDescriptor);
            if (isNewPath)
            {
                context.AddMethod(method, route.Template.ToRoutePattern(), [new HttpMethodMetadata(["OPTIONS"])], pathOptions.WriteAsync);
            }

            var transcoded = new TranscodedMethod<TRequest, TResponse>(route, method.FullName, invoke, options, errors, logger);
            context.AddMethod(method, route.Template.ToRoutePattern(), Metadata(route, implementation), transcoded.InvokeAsync);
        }
    }

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var methodDescriptor = descriptor.FindMethodByName(method.Name);
        var rules = Rules(methodDescriptor);
        if (rules.Count == 0)
        {
            return;
        }

        var implementation = typeof(TService).GetMethod(
            method.Name, [typeof(TRequest), typeof(IServerStreamWriter<TResponse>), typeof(ServerCallContext)])
            ?? throw new InvalidOperationException($"{typeof(TService)} has no method {method.Name} for {methodDescriptor.FullName}.");
        var call = implementation.CreateDelegate<Func<TService, TRequest, IServerStreamWriter<TResponse>, ServerCallContext, Task>>();
        var invoke = interceptors.Around<TRequest, TResponse>(async (request, responses, callContext) =>
        {
            var service = activator.Create(callContext.GetHttpContext().RequestServices);
            try
            {
                await call(service.Instance, request, responses, callContext);
            }
            finally
            {
                await activator.ReleaseAsync(service);
            }
        });
        foreach (var rule in rules)
        {
            var route = new HttpRoute(methodDescriptor, rule);
            routes.Add(route, methodDescriptor);
            var streamed = new StreamedMethod<TRequest, TResponse>(route, method.FullName, invoke, options, time, errors, logger);
            var metadata = Metadata(route, implementation).Select(each => each is HttpMethodMetadata ? new HttpMethodMetadata([route.HttpMethod]) : each);
            context.AddMethod(method, route.Template.ToRoutePattern(), [.. metadata], streamed.InvokeAsync);
        }
    }

    // A stream of requests has no form in plain HTTP.
    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler)
    {
    }

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler)
    {
    }

    private static List<HttpRule> Rules(MethodDescriptor method) =>
        method.GetOptions()?.GetExtension(AnnotationsExtensions.Http) is { } rule ? [rule, .. rule.AdditionalBindings] : [];

    private UnaryServerMethod<TRequest, TResponse> Invocation<TRequest, TResponse>(MethodInfo implementation)
        where TRequest : class
        where TResponse : class
    {
        var call = implementation.CreateDelegate<Func<TService, TRequest, ServerCallContext, Task<TResponse>>>();
        return async (request, callContext) =>
        {
            var service = activator.Create(callContext.GetHttpContext().RequestServices);
            try
            {
                return await call(service.Instance, request, callContext);
            }
            finally
            {
                await activator.ReleaseAsync(service);
            }
        };
    }

    // Attributes of the service and the method apply however it is called: [Authorize].
    private static List<object> Metadata(HttpRoute route, MethodInfo implementation)
    {
        string[] methods = route.HttpMethod == "GET" ? ["GET", "HEAD"] : [route.HttpMethod];
        return
        [
            .. typeof(TService).GetCustomAttributes(inherit: true),
            .. implementation.GetCustomAttributes(inherit: true),
            new HttpMethodMetadata(methods),
        ];
    }
}
