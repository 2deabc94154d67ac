using Microsoft.Extensions.Configuration.Memory;

namespace ServiceOrdering.Server.Hosting;

/// <summary>What holds where nothing else is configured.</summary>
internal static class Defaults
{
    private static readonly Dictionary<string, string?> Settings = new()
    {
        ["Kestrel:Endpoints:Rest:Url"] = "http://127.0.0.1:5080",
        ["Kestrel:Endpoints:Rest:Protocols"] = "Http1",
        ["Logging:LogLevel:Default"] = "Information",
        ["Logging:LogLevel:Microsoft"] = "Warning",
        ["Logging:LogLevel:Grpc"] = "Warning",
        // Faults of calls are told by ErrorInterceptor and GrpcFaults, and not as often as a caller likes.
        ["Logging:LogLevel:Grpc.AspNetCore.Server.ServerCallHandler"] = "None",
        // What fails is told where it fails, once and not with every probe.
        ["Logging:LogLevel:Microsoft.Extensions.Diagnostics.HealthChecks.DefaultHealthCheckService"] = "None",
        // Where the keys of secrets are, and what that protects from, is said by docs/security.md and not at every start.
        ["Logging:LogLevel:Microsoft.AspNetCore.DataProtection.KeyManagement.XmlKeyManager"] = "Error",
        // What keeps the host from starting is told once, by Program.cs.
        ["Logging:LogLevel:Microsoft.Extensions.Hosting.Internal.Host"] = "None",
        ["Logging:Console:FormatterName"] = "simple",
        ["Logging:Console:FormatterOptions:SingleLine"] = "true",
    };

    private static readonly Dictionary<string, string?> GrpcPort = new()
    {
        ["Kestrel:Endpoints:Grpc:Url"] = "http://127.0.0.1:5081",
        ["Kestrel:Endpoints:Grpc:Protocols"] = "Http2",
    };

    // A line for each thing that is told, for machines: when, and in which call and trace. Only this form takes scopes well.
    private static readonly Dictionary<string, string?> JsonLog = new()
    {
        ["Logging:Console:FormatterOptions:IncludeScopes"] = "true",
        ["Logging:Console:FormatterOptions:TimestampFormat"] = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'",
        ["Logging:Console:FormatterOptions:UseUtcTimestamp"] = "true",
    };

    /// <summary>Puts the defaults below every other source of configuration.</summary>
    public static void AddDefaults(this WebApplicationBuilder builder)
    {
        // One port for both, over TLS, needs no other.
        var isOnePort = builder.Configuration["Kestrel:Endpoints:Rest:Protocols"]?.Contains("Http2", StringComparison.OrdinalIgnoreCase) == true
            && builder.Configuration["Kestrel:Endpoints:Grpc:Url"] is null;
        ((IConfigurationBuilder)builder.Configuration).Sources.Insert(0, new MemoryConfigurationSource { InitialData = isOnePort ? Settings : Settings.Concat(GrpcPort) });
        if (builder.Configuration["Logging:Console:FormatterName"] == "json")
            ((IConfigurationBuilder)builder.Configuration).Sources.Insert(0, new MemoryConfigurationSource { InitialData = JsonLog });
        builder.Services.AddSingleton(TimeProvider.System);
        // What was accepted before a shutdown is answered within this time.
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(30));
    }
}
