using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Transcoding;
using IPNetwork = System.Net.IPNetwork;

namespace ServiceOrdering.Server.Hosting;

/// <summary>The ports, and what every request passes before it reaches a service.</summary>
internal static class Endpoints
{
    private const int MostConnections = 10_000;
    private const int MostStreams = 100;
    // What a connection of HTTP/1.1 holds that nobody reads, besides the answer that is being written.
    private const int LargestBuffer = 16 * 1024;

    public static void AddEndpoints(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ListeningEndpoints>().AddSingleton<PathBase>().AddSingleton<PublicAddress>().AddSingleton<Reach>();
        builder.Services.AddHostedService<StartupReport>().AddHostedService<ServiceManagerNotice>();
        builder.WebHost.ConfigureKestrel((context, kestrel) =>
        {
            kestrel.AddServerHeader = false;
            // What is larger than the guard lets through is refused there, with an error body; beyond these limits without one.
            kestrel.Limits.MaxRequestLineSize = 4 * RequestGuard.LongestUri;
            kestrel.Limits.MaxRequestHeadersTotalSize = 2 * RequestGuard.LongestHeaders;
            // What they hold is bounded in all by AnswerBudget and AnswerLifetime. Kestrel cuts off who reads less than 240 bytes a second.
            kestrel.Limits.MaxResponseBufferSize = LargestBuffer;
            kestrel.Limits.MaxConcurrentConnections = MostConnections;
            kestrel.Limits.Http2.MaxStreamsPerConnection = MostStreams;
            var endpoints = kestrel.ApplicationServices.GetRequiredService<ListeningEndpoints>();
            var configuration = context.Configuration.GetSection("Kestrel");
            ServerCertificate.Check(configuration, context.HostingEnvironment.ContentRootPath);
            var loader = kestrel.Configure(configuration);
            foreach (var name in configuration.GetSection("Endpoints").GetChildren().Select(section => section.Key))
            {
                loader.Endpoint(name, endpoint =>
                {
                    endpoints.Add(name, endpoint);
                    ServerCertificate.Follow(endpoint, configuration, kestrel.ApplicationServices);
                });
            }
        });
        // To who comes over TLS alone.
        builder.Services.AddHsts(options => options.MaxAge = TimeSpan.FromDays(365));
        var documentation = new ErrorDocumentation(builder.Configuration);
        builder.Services.AddGrpc(options =>
        {
            options.Interceptors.Add<ErrorInterceptor>();
            options.Interceptors.Add<RequestTextInterceptor>();
        }).AddTmfJson(options =>
        {
            foreach (var prefix in new[] { "/tmf-api", "/events", "/fulfillment", "/api", "/administration" })
                options.AddTmfErrors(prefix, documentation);
        });

        builder.Services.AddOptions<AnswerOptions>().Bind(builder.Configuration.GetSection("Answers"));
        builder.Services.AddSingleton<AnswerBudget>();
        builder.Services.AddOptions<QueryOptions>().Bind(builder.Configuration.GetSection("Query"));
        builder.Services.AddOptions<InventoryOptions>().Bind(builder.Configuration.GetSection("Inventory"));
        builder.Services.AddOptions<CorsOptions>().Bind(builder.Configuration.GetSection("Cors"));
        var origins = builder.Configuration.GetSection("Cors:AllowedOrigins").Get<string[]>() ?? [];
        builder.Services.AddCors(cors => cors.AddDefaultPolicy(policy => policy.WithOrigins(origins).AllowAnyHeader().AllowAnyMethod()
            .SetPreflightMaxAge(TimeSpan.FromMinutes(10))
            .WithExposedHeaders("ETag", "Location", "Link", "Content-Range", "X-Total-Count", "X-Result-Count", "Preference-Applied", "Retry-After", Callers.ConsistencyHeader, "Idempotent-Replayed", RequestIdHeader.Name,
                "Grpc-Status", "Grpc-Message", "Grpc-Status-Details-Bin", "Grpc-Encoding", "Grpc-Accept-Encoding")));
        AnswerCompression.Add(builder);

        var proxies = (builder.Configuration.GetSection("ForwardedHeaders").Get<ProxyOptions>() ?? new()).KnownProxies;
        builder.Services.Configure<ForwardedHeadersOptions>(options =>
        {
            options.ForwardedHeaders = proxies.Length == 0
                ? ForwardedHeaders.None
                : ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost;
            options.KnownProxies.Clear();
            options.KnownIPNetworks.Clear();
            foreach (var proxy in proxies)
            {
                if (IPAddress.TryParse(proxy, out var address))
                    options.KnownProxies.Add(address);
                else
                    options.KnownIPNetworks.Add(IPNetwork.Parse(proxy));
            }
        });
    }

    /// <summary>What a request was sent to, before anything looks at it.</summary>
    public static void UseAddresses(this WebApplication app)
    {
        app.UseMiddleware<RequestId>();
        app.UseForwardedHeaders();
        var pathBase = app.Services.GetRequiredService<PathBase>();
        if (pathBase.Value.HasValue)
        {
            app.Use(pathBase.InvokeAsync);
            // Routes are looked for in what is left of the path.
            app.UseRouting();
        }
        app.UseHsts();
    }

    public static void UseEndpointDefaults(this WebApplication app)
    {
        app.UseTmfJsonErrors();
        app.UseMiddleware<RequestGuard>();
        app.UseCors();
        // Browsers have no trailers: gRPC-Web puts them into the body, and so has to see every answer of gRPC, refusals too.
        if (app.Configuration.GetValue<bool>("GrpcWeb:Enabled"))
            app.UseGrpcWeb(new GrpcWebOptions { DefaultEnabled = true });
        app.UseAuthentication();
        app.UseRateLimiter();
        app.UseAuthorization();
        app.UseMiddleware<AnswerLifetime>();
        app.UseMiddleware<TargetForwarding>();
        AnswerCompression.Use(app);
        app.UseMiddleware<GrpcFaults>();
    }
}
