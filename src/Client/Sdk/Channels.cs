using Google.Api;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Configuration;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Fulfillment.V1;
using Tmf.ServiceInventory.V5;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Client;

/// <summary>Opens the channel of a client: transport, retries, credentials.</summary>
internal static class Channels
{
    private static readonly FileDescriptor[] Contract =
    [
        EventSubscriptionServiceReflection.Descriptor,
        FulfillmentServiceReflection.Descriptor,
        ServiceOrderServiceReflection.Descriptor,
        ServiceServiceReflection.Descriptor,
    ];

    public static GrpcChannel Open(Uri address, ServiceOrderingClientOptions options)
    {
        var channelOptions = new GrpcChannelOptions
        {
            // A handler that the channel made for itself is the channel's to dispose of.
            HttpHandler = options.HttpHandler ?? Transport(),
            DisposeHttpClient = options.HttpHandler is null,
            LoggerFactory = options.LoggerFactory,
            MaxReceiveMessageSize = options.MaxReceiveBytes,
            // Otherwise a server that was away for a while is looked for every two minutes only.
            InitialReconnectBackoff = TimeSpan.FromMilliseconds(100),
            MaxReconnectBackoff = TimeSpan.FromSeconds(5),
            ServiceConfig = new ServiceConfig { MethodConfigs = { RetryReads() } },
        };
        if (options.ApiKey is not null || options.AccessToken is not null)
        {
            Authenticate(channelOptions, address, options);
        }

        return GrpcChannel.ForAddress(address, channelOptions);
    }

    /// <summary>
    /// Pings find a connection that died without a word (a switched-off machine, a firewall that forgot it) while a call or
    /// a stream waits on it; an idle one is not pinged.
    /// </summary>
    private static SocketsHttpHandler Transport() => new()
    {
        ConnectTimeout = TimeSpan.FromSeconds(10),
        EnableMultipleHttp2Connections = true,
        KeepAlivePingDelay = TimeSpan.FromSeconds(30),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(20),
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>The contract says which methods only read: those that are a GET over HTTP.</summary>
    private static MethodConfig RetryReads()
    {
        var reads = new MethodConfig
        {
            RetryPolicy = new RetryPolicy
            {
                MaxAttempts = 4,
                InitialBackoff = TimeSpan.FromMilliseconds(100),
                MaxBackoff = TimeSpan.FromSeconds(2),
                BackoffMultiplier = 3,
                RetryableStatusCodes = { StatusCode.Unavailable },
            },
        };
        foreach (var method in Contract.SelectMany(file => file.Services).SelectMany(service => service.Methods))
        {
            if (method.GetOptions()?.GetExtension(AnnotationsExtensions.Http)?.PatternCase == HttpRule.PatternOneofCase.Get)
            {
                reads.Names.Add(new MethodName { Service = method.Service.FullName, Method = method.Name });
            }
        }

        return reads;
    }

    private static void Authenticate(GrpcChannelOptions channelOptions, Uri address, ServiceOrderingClientOptions options)
    {
        var encrypted = address.Scheme == Uri.UriSchemeHttps;
        if (!encrypted && !address.IsLoopback && !options.AllowCredentialsInTheClear)
        {
            throw new ArgumentException(
                $"Credentials would travel in the clear to {address}; use https or {nameof(options.AllowCredentialsInTheClear)}.",
                nameof(options));
        }

        var perCall = CallCredentials.FromInterceptor(async (context, headers) =>
        {
            if (options.ApiKey is not null)
            {
                headers.Add("x-api-key", options.ApiKey);
            }

            if (options.AccessToken is not null)
            {
                headers.Add("authorization", $"Bearer {await options.AccessToken(context.CancellationToken)}");
            }
        });
        var transport = encrypted ? ChannelCredentials.SecureSsl : ChannelCredentials.Insecure;
        channelOptions.Credentials = ChannelCredentials.Create(transport, perCall);
        channelOptions.UnsafeUseInsecureChannelCallCredentials = !encrypted;
    }
}
