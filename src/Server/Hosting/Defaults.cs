using Microsoft.Extensions.Configuration.Memory;

namespace ServiceOrdering.Server.Hosting;

/// <summary>What holds where nothing else is configured.</summary>
internal static class Defaults
{
    private static readonly Dictionary<string, string?> Settings = new()
    {
        ["Kestrel:Endpoints:Rest:Url"] = "http://127.0.0.1:5080",
        ["Kestrel:Endpoints:Rest:Protocols"] = "Http1",
        ["Kestrel:Endpoints:Grpc:Url"] = "http://127.0.0.1:5081",
        ["Kestrel:Endpoints:Grpc:Protocols"] = "Http2",
        ["Logging:LogLevel:Default"] = "Information",
        ["Logging:LogLevel:Microsoft"] = "Warning",
        ["Logging:LogLevel:Grpc"] = "Warning",
        // Faults of calls are told by ErrorInterceptor and GrpcFaults, and not as often as a caller likes.
        ["Logging:LogLevel:Grpc.AspNetCore.Server.ServerCallHandler"] = "None",
        // What fails is told where it fails, once and not with every probe.
        ["Logging:LogLevel:Microsoft.Extensions.Diagnostics.HealthChecks.DefaultHealthCheckService"] = "None",
        // What keeps the host from starting is told once, by Program.cs.
        ["Logging:LogLevel:Microsoft.Extensions.Hosting.Internal.Host"] = "None",
        ["Logging:Console:FormatterName"] = "simple",
        ["Logging:Console:FormatterOptions:SingleLine"] = "true",
    };

    /// <summary>Puts the defaults below every other source of configuration.</summary>
    public static void AddDefaults(this WebApplicationBuilder builder)
    {
        ((IConfigurationBuilder)builder.Configuration).Sources.Insert(0, new MemoryConfigurationSource { InitialData = Settings });
        builder.Services.AddSingleton(TimeProvider.System);
        // What was accepted before a shutdown is answered within this time.
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(30));
    }
}
