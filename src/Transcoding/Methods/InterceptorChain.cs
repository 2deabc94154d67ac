using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace ServiceOrdering.Transcoding.Methods;

/// <summary>
/// The server's interceptors around a method: those of all services, then those of the one; the first is the outermost.
/// Grpc.AspNetCore keeps its own chain to itself, but not what it is made of.
/// </summary>
internal sealed class InterceptorChain(IServiceProvider services, IEnumerable<InterceptorRegistration> registrations)
{
    private readonly (InterceptorRegistration Registration, IGrpcInterceptorActivator Activator)[] _interceptors =
        [.. registrations.Select(registration => (registration, (IGrpcInterceptorActivator)services.GetRequiredService(
            typeof(IGrpcInterceptorActivator<>).MakeGenericType(registration.Type))))];

    public UnaryServerMethod<TRequest, TResponse> Around<TRequest, TResponse>(UnaryServerMethod<TRequest, TResponse> method)
        where TRequest : class
        where TResponse : class
    {
        foreach (var (registration, activator) in _interceptors.Reverse())
        {
            var inner = method;
            method = async (request, context) =>
            {
                var http = context.GetHttpContext();
                var handle = activator.Create(http.RequestServices, registration);
                try
                {
                    return await handle.Instance.UnaryServerHandler(request, context, inner);
                }
                finally
                {
                    await activator.ReleaseAsync(handle);
                }
            };
        }

        return method;
    }

    public ServerStreamingServerMethod<TRequest, TResponse> Around<TRequest, TResponse>(ServerStreamingServerMethod<TRequest, TResponse> method)
        where TRequest : class
        where TResponse : class
    {
        foreach (var (registration, activator) in _interceptors.Reverse())
        {
            var inner = method;
            method = async (request, responses, context) =>
            {
                var handle = activator.Create(context.GetHttpContext().RequestServices, registration);
                try
                {
                    await handle.Instance.ServerStreamingServerHandler(request, responses, context, inner);
                }
                finally
                {
                    await activator.ReleaseAsync(handle);
                }
            };
        }

        return method;
    }
}
