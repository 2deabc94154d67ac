using Google.Api;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Configuration;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Inventory.V1;
using ServiceOrdering.Security.V1;
using Tmf.ServiceInventory.V5;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Client;

/// <summary>Which calls may be made again where nobody knows whether the lost one took effect; the contract says so.</summary>
internal static class Retries
{
    public const int MostAttempts = 4;

    /// <summary>The field by which a request has a name.</summary>
    public const string RequestId = "request_id";

    // A request is kept until its answer begins, to be sent again: an order of a thousand items has about as much.
    private const long LargestRequest = 4 * 1024 * 1024;

    private static readonly FileDescriptor[] Contract =
    [
        ApiKeyServiceReflection.Descriptor,
        CancelServiceOrderServiceReflection.Descriptor,
        EventDeliveryServiceReflection.Descriptor,
        EventServiceReflection.Descriptor,
        EventSubscriptionServiceReflection.Descriptor,
        FalloutServiceReflection.Descriptor,
        FulfillmentServiceReflection.Descriptor,
        JobServiceReflection.Descriptor,
        ServiceOrderServiceReflection.Descriptor,
        ServiceServiceReflection.Descriptor,
        ServiceTopologyServiceReflection.Descriptor,
    ];

    /// <summary>The methods of all stubs.</summary>
    public static IEnumerable<MethodDescriptor> Methods => Contract.SelectMany(file => file.Services).SelectMany(service => service.Methods);

    /// <summary>Whether a method changes nothing: it counts as a read, or is a GET over HTTP.</summary>
    public static bool IsRead(MethodDescriptor method) =>
        method.GetOptions() is { } options
        && (options.GetExtension(AccessExtensions.Access)?.Cost is Cost.Read or Cost.Search
            || options.GetExtension(AnnotationsExtensions.Http)?.PatternCase == HttpRule.PatternOneofCase.Get);

    /// <summary>
    /// Whether a method makes something once for each name of a request. Reports of workers have names as well, and
    /// <see cref="WorkAssignment"/> repeats them for as long as the lease lives.
    /// </summary>
    public static bool IsNamedCreation(MethodDescriptor method) =>
        method.Name.StartsWith("Create", StringComparison.Ordinal) && method.InputType.FindFieldByName(RequestId) is not null;

    /// <summary>Has a channel repeat them.</summary>
    /// <param name="channel">The channel's options.</param>
    /// <param name="areCreationsNamed">Whether every creation has a name.</param>
    public static void Apply(GrpcChannelOptions channel, bool areCreationsNamed)
    {
        var config = new MethodConfig
        {
            RetryPolicy = new RetryPolicy
            {
                MaxAttempts = MostAttempts,
                InitialBackoff = TimeSpan.FromMilliseconds(100),
                MaxBackoff = TimeSpan.FromSeconds(2),
                BackoffMultiplier = 3,
                RetryableStatusCodes = { StatusCode.Unavailable },
            },
        };
        foreach (var method in Methods.Where(method => IsRead(method) || (areCreationsNamed && IsNamedCreation(method))))
        {
            config.Names.Add(new MethodName { Service = method.Service.FullName, Method = method.Name });
        }

        channel.ServiceConfig = new ServiceConfig { MethodConfigs = { config } };
        channel.MaxRetryBufferPerCallSize = LargestRequest;
    }
}
