using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Inventory.V1;
using ServiceOrdering.Security.V1;
using Tmf.ServiceInventory.V5;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Client;

/// <summary>
/// A connection to a service ordering server, with a stub for each of its services. Thread-safe; make one per server and
/// keep it for as long as the program runs.
/// </summary>
/// <remarks>
/// <para>Every call that the server refuses, or that does not reach it, fails with <see cref="ServiceOrderingException"/>;
/// a call whose cancellation token fires, with <see cref="OperationCanceledException"/>.</para>
/// <para>Calls without side effects are tried up to four times while the server is unavailable, and so are creations, which have a
/// name for that (<see cref="ServiceOrderingClientOptions.RepeatCreations"/>). Others are never repeated: whether the lost one took
/// effect is not known.</para>
/// </remarks>
public sealed class ServiceOrderingClient : IDisposable, IAsyncDisposable
{
    private readonly GrpcChannel _channel;

    private ServiceOrderingClient(Uri address, GrpcChannel channel, ServiceOrderingClientOptions options)
    {
        Address = address;
        _channel = channel;
        CallInvoker = channel.Intercept(new ErrorInterceptor()).Intercept(new DeadlineInterceptor(options.CallTimeout));
        if (options.RepeatCreations)
        {
            CallInvoker = CallInvoker.Intercept(new RequestIdInterceptor());
        }

        ServiceOrders = new ServiceOrderService.ServiceOrderServiceClient(CallInvoker);
        CancelServiceOrders = new CancelServiceOrderService.CancelServiceOrderServiceClient(CallInvoker);
        EventSubscriptions = new EventSubscriptionService.EventSubscriptionServiceClient(CallInvoker);
        EventDeliveries = new EventDeliveryService.EventDeliveryServiceClient(CallInvoker);
        Events = new EventService.EventServiceClient(CallInvoker);
        Fulfillment = new FulfillmentService.FulfillmentServiceClient(CallInvoker);
        Fallout = new FalloutService.FalloutServiceClient(CallInvoker);
        Jobs = new JobService.JobServiceClient(CallInvoker);
        Services = new ServiceService.ServiceServiceClient(CallInvoker);
        ServiceTopologies = new ServiceTopologyService.ServiceTopologyServiceClient(CallInvoker);
        ApiKeys = new ApiKeyService.ApiKeyServiceClient(CallInvoker);
    }

    /// <summary>Where the server is reached.</summary>
    public Uri Address { get; }

    /// <summary>Places, reads and removes service orders (TMF641 v4.1).</summary>
    public ServiceOrderService.ServiceOrderServiceClient ServiceOrders { get; }

    /// <summary>Asks for service orders to be cancelled (TMF641 v4.1).</summary>
    public CancelServiceOrderService.CancelServiceOrderServiceClient CancelServiceOrders { get; }

    /// <summary>Registers listeners that events are posted to.</summary>
    public EventSubscriptionService.EventSubscriptionServiceClient EventSubscriptions { get; }

    /// <summary>Shows and steers the delivery of events to listeners: attempts, resuming, replaying, secrets.</summary>
    public EventDeliveryService.EventDeliveryServiceClient EventDeliveries { get; }

    /// <summary>Tells of changes. To go on after a lost connection, watch through an <see cref="EventWatcher"/>.</summary>
    public EventService.EventServiceClient Events { get; }

    /// <summary>Hands the items of orders to whoever can deliver them. To deliver them, run an <see cref="OrderWorker"/>.</summary>
    public FulfillmentService.FulfillmentServiceClient Fulfillment { get; }

    /// <summary>Shows items that could not be worked, and decides what becomes of them.</summary>
    public FalloutService.FalloutServiceClient Fallout { get; }

    /// <summary>Does one thing to many orders, or to many items that fell out.</summary>
    public JobService.JobServiceClient Jobs { get; }

    /// <summary>Keeps the services that there are: the inventory (TMF638 v5).</summary>
    public ServiceService.ServiceServiceClient Services { get; }

    /// <summary>Follows the links between services of the inventory.</summary>
    public ServiceTopologyService.ServiceTopologyServiceClient ServiceTopologies { get; }

    /// <summary>Gives keys to programs, and takes them back.</summary>
    public ApiKeyService.ApiKeyServiceClient ApiKeys { get; }

    /// <summary>What the stubs call through; give it to any other generated stub to have the same errors and limits.</summary>
    public CallInvoker CallInvoker { get; }

    /// <summary>
    /// Makes a client. Nothing is sent yet: the connection opens with the first call, and opens again after it was lost.
    /// </summary>
    /// <param name="address">
    /// Scheme, host and port, such as <c>http://127.0.0.1:5081</c> (HTTP/2 in the clear) or
    /// <c>https://orders.example.com</c> (TLS); behind a proxy also a path, <c>https://example.com/orders</c>.
    /// </param>
    /// <param name="options">What differs from the defaults.</param>
    /// <exception cref="UriFormatException">The address is no absolute http or https URI.</exception>
    /// <exception cref="ArgumentException">Credentials would travel in the clear to another machine.</exception>
    public static ServiceOrderingClient Connect(string address, ServiceOrderingClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(address);
        options ??= new ServiceOrderingClientOptions();
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            throw new UriFormatException(
                $"'{address}' is no address of a server: expected http://HOST:PORT or https://HOST[:PORT].");
        }

        return new ServiceOrderingClient(uri, Channels.Open(uri, options), options);
    }

    /// <summary>Ends all calls and closes the connection.</summary>
    public void Dispose() => _channel.Dispose();

    /// <summary>Ends all calls and closes the connection.</summary>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
