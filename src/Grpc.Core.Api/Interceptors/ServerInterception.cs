namespace Grpc.Core.Interceptors;

/// <summary>Puts interceptors around a server's methods.</summary>
public static class ServerServiceDefinitionExtensions
{
    /// <summary>Gives a definition whose methods are called through the interceptor.</summary>
    public static ServerServiceDefinition Intercept(this ServerServiceDefinition serverServiceDefinition, Interceptor interceptor)
    {
        ArgumentNullException.ThrowIfNull(serverServiceDefinition);
        ArgumentNullException.ThrowIfNull(interceptor);
        var binder = new InterceptingServiceBinder(interceptor);
        serverServiceDefinition.BindService(binder);
        return binder.Build();
    }

    /// <summary>Gives a definition whose methods are called through the interceptors, the first one first.</summary>
    public static ServerServiceDefinition Intercept(
        this ServerServiceDefinition serverServiceDefinition, params Interceptor[] interceptors)
    {
        ArgumentNullException.ThrowIfNull(serverServiceDefinition);
        ArgumentNullException.ThrowIfNull(interceptors);
        return interceptors.Reverse().Aggregate(serverServiceDefinition, Intercept);
    }
}

/// <summary>Builds a definition in which every method is called through an interceptor.</summary>
internal sealed class InterceptingServiceBinder(Interceptor interceptor) : ServiceBinderBase
{
    private readonly ServerServiceDefinition.Builder builder = ServerServiceDefinition.CreateBuilder();

    public ServerServiceDefinition Build() => builder.Build();

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) =>
        builder.AddMethod(method, Intercepted(handler, next =>
            (request, context) => interceptor.UnaryServerHandler(request, context, next)));

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler) =>
        builder.AddMethod(method, Intercepted(handler, next =>
            (requests, context) => interceptor.ClientStreamingServerHandler(requests, context, next)));

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler) =>
        builder.AddMethod(method, Intercepted(handler, next =>
            (request, responses, context) => interceptor.ServerStreamingServerHandler(request, responses, context, next)));

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler) =>
        builder.AddMethod(method, Intercepted(handler, next =>
            (requests, responses, context) => interceptor.DuplexStreamingServerHandler(requests, responses, context, next)));

    private static T Intercepted<T>(T? handler, Func<T, T> around)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return around(handler);
    }
}
