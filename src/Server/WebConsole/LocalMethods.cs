using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.Extensions.Options;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Inventory.V1;
using ServiceOrdering.Server.CancelServiceOrders;
using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.Fulfillment;
using ServiceOrdering.Server.Hub;
using ServiceOrdering.Server.Jobs;
using ServiceOrdering.Server.ServiceInventory;
using ServiceOrdering.Server.ServiceOrders;
using ServiceOrdering.Server.Telemetry;
using ServiceOrdering.Transcoding.Methods;
using Tmf.ServiceInventory.V5;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.WebConsole;

/// <summary>The contract's methods as they can be called in this process, with the interceptors that they have for everybody.</summary>
internal sealed class LocalMethods : ServiceBinderBase
{
    private readonly Dictionary<string, Delegate> _methods = [];
    private readonly InterceptorChain _interceptors;

    public LocalMethods(IServiceProvider services, IOptions<GrpcServiceOptions> grpc)
    {
        // Calls are measured as what they came as: a request for a page.
        _interceptors = new InterceptorChain(services, grpc.Value.Interceptors.Where(interceptor => interceptor.Type != typeof(CallTelemetry)));
        ServiceOrderService.BindService(this, Of<ServiceOrderGrpcService>());
        CancelServiceOrderService.BindService(this, Of<CancelServiceOrderGrpcService>());
        ServiceService.BindService(this, Of<ServiceGrpcService>());
        ServiceTopologyService.BindService(this, Of<ServiceTopologyGrpcService>());
        FulfillmentService.BindService(this, Of<FulfillmentGrpcService>());
        FalloutService.BindService(this, Of<FalloutGrpcService>());
        JobService.BindService(this, Of<JobGrpcService>());
        EventService.BindService(this, Of<EventGrpcService>());
        EventSubscriptionService.BindService(this, Of<EventSubscriptionGrpcService>());
        EventDeliveryService.BindService(this, Of<EventDeliveryGrpcService>());

        T Of<T>() => ActivatorUtilities.GetServiceOrCreateInstance<T>(services);
    }

    public UnaryServerMethod<TRequest, TResponse> Unary<TRequest, TResponse>(IMethod method)
        where TRequest : class
        where TResponse : class => (UnaryServerMethod<TRequest, TResponse>)_methods[method.FullName];

    public ServerStreamingServerMethod<TRequest, TResponse> Streaming<TRequest, TResponse>(string method)
        where TRequest : class
        where TResponse : class => (ServerStreamingServerMethod<TRequest, TResponse>)_methods[method];

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) =>
        _methods.Add(method.FullName, _interceptors.Around(handler!));

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler) =>
        _methods.Add(method.FullName, _interceptors.Around(handler!));

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler)
    {
        // Workers' own; no page is one.
    }
}
