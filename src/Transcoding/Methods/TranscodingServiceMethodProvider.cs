using System.Reflection;
using Google.Protobuf.Reflection;
using Grpc.AspNetCore.Server;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ServiceOrdering.Transcoding.Errors;

namespace ServiceOrdering.Transcoding.Methods;

/// <summary>Adds the HTTP routes of a service, beside the routes that it has as a gRPC service.</summary>
internal sealed class TranscodingServiceMethodProvider<TService>(
    RouteTable routes,
    ErrorAnswer errors,
    IGrpcServiceActivator<TService> activator,
    IServiceProvider services,
    IOptions<TranscodingOptions> options,
    IOptions<GrpcServiceOptions> grpcOptions,
    IOptions<GrpcServiceOptions<TService>> serviceOptions,
    TimeProvider time,
    ILoggerFactory loggers)
    : IServiceMethodProvider<TService>
    where TService : class
{
    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<TService> context)
    {
        // Generated code marks the base class with the class that binds its methods and holds its descriptor.
        var binding = BaseTypes(typeof(TService)).Select(type => type.GetCustomAttribute<BindServiceMethodAttribute>(inherit: false))
            .FirstOrDefault(attribute => attribute is not null);
        if (binding?.BindType.GetProperty("Descriptor")?.GetValue(null) is not ServiceDescriptor descriptor)
        {
            return;
        }

        var bind = binding.BindType.GetMethods().Single(method =>
            method.Name == binding.BindMethodName && method.GetParameters() is [{ } binder, _] && binder.ParameterType == typeof(ServiceBinderBase));
        var interceptors = new InterceptorChain(services, grpcOptions.Value.Interceptors.Concat(serviceOptions.Value.Interceptors));
        var logger = loggers.CreateLogger<TService>();
        bind.Invoke(null, [new MethodRoutes<TService>(context, descriptor, routes, errors, activator, interceptors, options.Value, time, logger), null]);
    }

    private static IEnumerable<Type> BaseTypes(Type? type)
    {
        for (; type is not null; type = type.BaseType)
        {
            yield return type;
        }
    }
}
